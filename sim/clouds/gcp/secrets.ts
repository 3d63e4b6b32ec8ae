import type { Secret, SecretArgs } from "@pulumi/gcp/secretmanager/secret.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { bad, exclusive, PROVIDER } from "./errors.ts";
import { demandKey } from "./keyUse.ts";
import { demandLabels, labelled } from "./labels.ts";
import { everywhere, isRegion } from "./places.ts";
import { projectNumber } from "./projects.ts";

type Input = Unwrap<SecretArgs>;
type Properties = OutputsOf<Secret>;

const DAY = 86_400;

/** Secrets of Secret Manager: containers, whose versions hold the values. */
export const secret: Service<Properties> = service<SecretArgs, Secret>("gcp:secretmanager/secret:Secret", {
  replaceOn: ["secretId", "project", "replication", "tags"],
  naming: {
    property: "secretId",
    pattern: /^[a-zA-Z0-9_-]+$/,
    allowed: "letters, digits, underscores and dashes",
    maxLength: 255,
  },
  region: everywhere,
  check: (input) => {
    const { auto, userManaged } = input.replication ?? {};
    return [
      ...(input.replication !== undefined && (auto === undefined) === (userManaged === undefined)
        ? ([["replication", "exactly one of auto and userManaged must be specified"]] as [string, string][])
        : []),
      ...exclusive(input, "ttl", "expireTime"),
    ];
  },
  references: (state) => [state.name],
  create: (input, world) => {
    const secretId = input.secretId ?? "";
    const id = `projects/${world.account}/secrets/${secretId}`;
    if (world.get(secret, id) !== undefined) refuse("alreadyExists", `Secret [${id}] already exists.`);
    demandSecret(input, world);
    return {
      id,
      secretId,
      ...labelled(input.labels, world),
      createTime: world.now(),
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      deletionProtection: input.deletionProtection ?? false,
      effectiveAnnotations: input.annotations ?? {},
      expireTime:
        input.expireTime ??
        (input.ttl === undefined
          ? ""
          : new Date(Date.parse(world.now()) + Number.parseFloat(input.ttl) * 1000).toISOString()),
      name: `projects/${projectNumber(world.account)}/secrets/${secretId}`,
      project: world.account,
      replication: input.replication as Properties["replication"],
    };
  },
  update: (input, _, world) => {
    demandSecret(input, world);
    return { ...labelled(input.labels, world), effectiveAnnotations: input.annotations ?? {} };
  },
  remove: (current) => {
    if (current.state.deletionProtection === true) {
      refuse(
        PROVIDER,
        "cannot destroy secret manager secret without setting deletion_protection=false and running `pulumi up`",
      );
    }
  },
  seconds: { create: 3, update: 3, remove: 3 },
});

function demandSecret(input: Input, world: World): void {
  demandLabels(input.labels, "secret.labels");
  const replicas = input.replication.userManaged?.replicas;
  if (replicas !== undefined) {
    if (replicas.length === 0) bad("Secret.replication.user_managed.replicas must contain at least one replica.");
    const keys = replicas.map((replica) => replica.customerManagedEncryption?.kmsKeyName);
    if (keys.some((key) => key !== undefined) && keys.includes(undefined)) {
      bad("Customer managed encryption must be set on all replicas or on none.");
    }
    replicas.forEach(({ location }, index) => {
      if (!isRegion(location))
        bad(
          `Invalid value for Secret.replication.user_managed.replicas[${index}].location: '${location}' is not a supported location.`,
        );
      if (replicas.findIndex((other) => other.location === location) < index)
        bad(`Duplicate replica location '${location}'.`);
      const key = keys[index];
      if (key !== undefined) demandKey(key, location, { agent: "secretmanager" }, world);
    });
  }
  const automatic = input.replication.auto?.customerManagedEncryption?.kmsKeyName;
  if (automatic !== undefined) demandKey(automatic, "global", { agent: "secretmanager" }, world);
  if (input.rotation !== undefined && (input.topics ?? []).length === 0)
    bad("Secret.topics must be set to configure rotation.");
  if ((input.topics ?? []).length > 10) bad("A secret has at most 10 topics.");
  const period = input.rotation?.rotationPeriod;
  if (period !== undefined && !(Number.parseFloat(period) >= 3600))
    bad("Secret.rotation.rotation_period must be at least 3600s.");
  const delay = input.versionDestroyTtl;
  if (delay !== undefined && !(Number.parseFloat(delay) >= DAY))
    bad("Secret.version_destroy_ttl must be at least 24 hours.");
  if (input.ttl !== undefined && !/^\d+(\.\d{1,9})?s$/.test(input.ttl))
    bad(`Invalid value for Secret.ttl: '${input.ttl}'.`);
  for (const alias of Object.keys(input.versionAliases ?? {})) {
    if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/.test(alias) || alias === "latest" || alias === "NEW")
      bad(`Invalid version alias '${alias}'.`);
  }
}
