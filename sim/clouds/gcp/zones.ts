import type { ManagedZone, ManagedZoneArgs } from "@pulumi/gcp/dns/managedZone.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName, numericId } from "./compute.ts";
import { invalid, oneOf } from "./errors.ts";
import { demandLabels, labelled } from "./labels.ts";
import { demand, NETWORKS } from "./links.ts";
import { network } from "./networks.ts";
import { everywhere } from "./places.ts";

type Zone = OutputsOf<ManagedZone>;

/** DNS zones, public or answered in some networks only. */
export const managedZone: Service<Zone> = service<ManagedZoneArgs, ManagedZone>("gcp:dns/managedZone:ManagedZone", {
  replaceOn: ["name", "project", "dnsName", "visibility", "reverseLookup", "serviceDirectoryConfig"],
  naming: computeName,
  region: everywhere,
  check: (input) => oneOf("visibility", input.visibility, ["private", "public"]),
  create: (input, world) => {
    const name = input.name ?? "";
    const id = `projects/${world.account}/managedZones/${name}`;
    if (world.get(managedZone, id) !== undefined)
      refuse("alreadyExists", `The resource 'entity.managedZone' named '${name}' already exists`);
    const networks = demandZone(input, world, id);
    const number = numericId(world);
    const isPrivate = input.visibility === "private";
    const shard = "abcde"[Number(number.at(-1)) % 5];
    return {
      id,
      name,
      ...labelled(input.labels, world),
      cloudLoggingConfig: input.cloudLoggingConfig ?? { enableLogging: false },
      creationTime: world.now(),
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      description: input.description ?? "Managed by Pulumi",
      dnsName: input.dnsName,
      dnssecConfig: {
        defaultKeySpecs: [],
        nonExistence: "",
        state: "off",
        ...input.dnssecConfig,
      } as Zone["dnssecConfig"],
      forceDestroy: input.forceDestroy ?? false,
      managedZoneId: number,
      nameServers: isPrivate
        ? ["ns-gcp-private.googledomains.com."]
        : [1, 2, 3, 4].map((server) => `ns-cloud-${shard}${server}.googledomains.com.`),
      project: world.account,
      visibility: input.visibility ?? "public",
      ...(networks.length === 0
        ? {}
        : {
            privateVisibilityConfig: {
              networks: networks.map((networkUrl) => ({ networkUrl })),
            } as Zone["privateVisibilityConfig"],
          }),
    };
  },
  update: (input, current, world) => {
    demandZone(input, world, current.id);
    return labelled(input.labels, world);
  },
  remove: () => {},
  seconds: { create: 3, update: 3, remove: 3 },
});

/** Checks a zone. Returns the links of the networks that see it. */
function demandZone(input: Unwrap<ManagedZoneArgs>, world: World, id: string): string[] {
  const { dnsName } = input;
  const isPrivate = input.visibility === "private";
  const urls = (input.privateVisibilityConfig?.networks ?? []).map(({ networkUrl }) => networkUrl);
  const field = (name: string) => `entity.managedZone.${name}`;
  demandLabels(input.labels, field("labels"));
  const labels = dnsName.split(".").slice(0, -1);
  const wellFormed =
    dnsName.endsWith(".") &&
    dnsName.length <= 254 &&
    labels.every((label) => /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/.test(label));
  if (!wellFormed) invalid(field("dnsName"), dnsName, "It must be a domain name that ends with a dot.");
  if (!isPrivate && labels.length < 2)
    invalid(field("dnsName"), dnsName, "A public zone cannot be made for a top-level domain.");
  if (!isPrivate && urls.length > 0)
    invalid(field("privateVisibilityConfig"), "", "It can only be specified for private zones.");
  if (isPrivate && input.dnssecConfig !== undefined && input.dnssecConfig.state !== "off") {
    invalid(field("dnssecConfig"), input.dnssecConfig.state, "DNSSEC cannot be enabled for private zones.");
  }
  if (input.forwardingConfig !== undefined && input.peeringConfig !== undefined) {
    invalid(field("peeringConfig"), "", "A zone cannot have both forwarding and peering configurations.");
  }
  if (!isPrivate && (input.forwardingConfig !== undefined || input.peeringConfig !== undefined)) {
    invalid(field("visibility"), "public", "Forwarding and peering zones must be private.");
  }
  return urls.map((url, index) => {
    const seen = demand(network, NETWORKS, field(`privateVisibilityConfig.networks[${index}].networkUrl`), url, world);
    const other = world
      .all(managedZone)
      .find(
        (zone) =>
          zone.id !== id &&
          zone.state.dnsName === dnsName &&
          zone.state.privateVisibilityConfig?.networks?.some(({ networkUrl }) => networkUrl === seen.state.selfLink),
      );
    if (other !== undefined) {
      refuse(
        "conflict",
        `The network '${seen.id}' cannot be bound to zone '${id}' because it is already bound to zone '${other.id}' with the same DNS name '${dnsName}'.`,
      );
    }
    return seen.state.selfLink;
  });
}
