import type { Bucket, BucketArgs } from "@pulumi/gcp/storage/bucket.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { oneOf, PROVIDER } from "./errors.ts";
import { demandKey } from "./keyUse.ts";
import { demandLabels, labelled } from "./labels.ts";
import { bucketObject } from "./objects.ts";
import { isSingleRegion, isStorageLocation, kmsLocationOf } from "./places.ts";
import { projectNumber } from "./projects.ts";

type Input = Unwrap<BucketArgs>;
type Properties = OutputsOf<Bucket>;

const CLASSES = [
  "STANDARD",
  "NEARLINE",
  "COLDLINE",
  "ARCHIVE",
  "MULTI_REGIONAL",
  "REGIONAL",
  "DURABLE_REDUCED_AVAILABILITY",
];
const WEEK = 7 * 86_400;
const MOST_RULES = 100;

/** Buckets: their names are shared by all of Google Cloud. */
export const bucket: Service<Properties> = service<BucketArgs, Bucket>("gcp:storage/bucket:Bucket", {
  replaceOn: ["name", "project", "location", "customPlacementConfig", "enableObjectRetention", "hierarchicalNamespace"],
  naming: {
    property: "name",
    pattern:
      /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?)*$/,
    allowed: "3 to 63 lower-case letters, digits, dashes, underscores and dots, with a letter or digit at both ends",
    maxLength: 222,
  },
  region: (input) => input.location.toLowerCase(),
  check: (input) => [
    ...nameProblems(input.name),
    ...oneOf("publicAccessPrevention", input.publicAccessPrevention, ["inherited", "enforced"]),
    ...oneOf("rpo", input.rpo, ["DEFAULT", "ASYNC_TURBO"]),
  ],
  references: (state) => [state.url, state.selfLink, `b/${state.name}`],
  create: (input, world) => {
    const name = input.name ?? "";
    const holder = world.all(bucket).find((other) => other.state.name === name);
    if (holder?.account === world.account)
      refuse("conflict", "Your previous request to create the named bucket succeeded and you already own it.");
    if (holder !== undefined) {
      refuse(
        "conflict",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
      );
    }
    if (name.includes("."))
      refuse("forbidden", "The bucket you tried to create is a domain name owned by another user.");
    const location = input.location.toLowerCase();
    if (!isStorageLocation(location))
      refuse("invalid", `The specified location constraint is not valid: '${input.location}'.`);
    demandSettings(input, location, world);
    return {
      id: name,
      name,
      ...labelled(input.labels, world),
      project: world.account,
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      forceDestroy: input.forceDestroy ?? false,
      location: input.location.toUpperCase(),
      projectNumber: Number(projectNumber(world.account)),
      publicAccessPrevention: input.publicAccessPrevention ?? "inherited",
      rpo: input.rpo ?? (isSingleRegion(location) ? "" : "DEFAULT"),
      selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
      softDeletePolicy: {
        retentionDurationSeconds: WEEK,
        ...input.softDeletePolicy,
        effectiveTime: world.now(),
      } as Properties["softDeletePolicy"],
      storageClass: input.storageClass ?? "STANDARD",
      timeCreated: world.now(),
      uniformBucketLevelAccess: input.uniformBucketLevelAccess ?? false,
      updated: world.now(),
      url: `gs://${name}`,
      versioning: input.versioning ?? { enabled: false },
      website: (input.website ?? {}) as Properties["website"],
    };
  },
  update: (input, current, world) => {
    const location = input.location.toLowerCase();
    demandSettings(input, location, world);
    const before = current.inputs as Unwrap<BucketArgs>;
    if (before.retentionPolicy?.isLocked === true) {
      const shorter =
        Number(input.retentionPolicy?.retentionPeriod ?? 0) < Number(before.retentionPolicy.retentionPeriod);
      if (shorter || input.retentionPolicy?.isLocked !== true)
        refuse("forbidden", "Cannot reduce retention duration of a locked Retention Policy for bucket.");
    }
    return { ...labelled(input.labels, world), updated: world.now(), location: input.location.toUpperCase() };
  },
  remove: (current, world) => {
    const full = world.all(bucketObject).some((object) => object.state.bucket === current.state.name);
    if (full && current.state.forceDestroy !== true) {
      refuse(
        PROVIDER,
        `Error trying to delete bucket ${current.state.name} containing objects without \`force_destroy\` set to true`,
      );
    }
  },
  seconds: { create: 3, update: 2, remove: 3 },
});

function nameProblems(name: string | undefined): [property: string, reason: string][] {
  if (name === undefined) return [];
  if (name.length < 3 || (!name.includes(".") && name.length > 63))
    return [["name", `"${name}" name value must be between 3 and 63 characters`]];
  if (name.startsWith("goog")) return [["name", `"${name}" name value can't start with the 'goog' prefix`]];
  if (/g[o0][o0]g[l1]e/.test(name))
    return [["name", `"${name}" name value can't contain 'google' or a close misspelling of it`]];
  return [];
}

function demandSettings(input: Input, location: string, world: World): void {
  demandLabels(input.labels, "bucket.labels");
  const { storageClass, versioning, softDeletePolicy, retentionPolicy } = input;
  if (storageClass !== undefined && !CLASSES.includes(storageClass))
    refuse("invalid", `Invalid argument: storage class '${storageClass}'.`);
  if (storageClass === "REGIONAL" && !isSingleRegion(location))
    refuse("invalid", `The REGIONAL storage class is not available in location ${input.location}.`);
  if (storageClass === "MULTI_REGIONAL" && isSingleRegion(location))
    refuse("invalid", `The MULTI_REGIONAL storage class is not available in location ${input.location}.`);
  if (input.rpo === "ASYNC_TURBO" && isSingleRegion(location))
    refuse("invalid", "Turbo replication is only available in dual-region buckets.");
  const softDelete = softDeletePolicy?.retentionDurationSeconds;
  if (softDelete !== undefined && softDelete !== 0 && (softDelete < WEEK || softDelete > 90 * 86_400)) {
    refuse("invalid", "Soft delete policy retention duration must be 0 or between 7 and 90 days.");
  }
  if (retentionPolicy !== undefined) {
    const period = Number(retentionPolicy.retentionPeriod);
    if (!Number.isInteger(period) || period < 1 || period > 3_155_760_000)
      refuse("invalid", "Retention period must be between 1 second and 100 years.");
  }
  if (
    input.hierarchicalNamespace?.enabled === true &&
    (input.uniformBucketLevelAccess !== true || versioning?.enabled === true)
  ) {
    refuse(
      "invalid",
      "Hierarchical namespace can only be enabled on buckets with uniform bucket-level access and without object versioning.",
    );
  }
  if (input.logging !== undefined && world.get(bucket, input.logging.logBucket) === undefined) {
    refuse("invalid", `The specified target bucket for logging does not exist: ${input.logging.logBucket}.`);
  }
  demandLifecycle(input.lifecycleRules ?? []);
  const key = input.encryption?.defaultKmsKeyName;
  if (key !== undefined && key !== "") {
    const denied =
      "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.";
    demandKey(key, kmsLocationOf(location), { agent: "storage", denied }, world);
  }
}

function demandLifecycle(rules: NonNullable<Input["lifecycleRules"]>): void {
  if (rules.length > MOST_RULES) refuse("invalid", `A bucket has at most ${MOST_RULES} lifecycle rules.`);
  for (const { action, condition } of rules) {
    const given = Object.entries(condition)
      .filter(([, value]) => value !== undefined)
      .map(([key]) => key);
    if (!["Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"].includes(action.type)) {
      refuse(
        "invalid",
        `Invalid lifecycle action type '${action.type}': it must be Delete, SetStorageClass or AbortIncompleteMultipartUpload.`,
      );
    }
    if (given.length === 0) refuse("invalid", "A lifecycle rule must have at least one condition.");
    if (action.type === "SetStorageClass" && !CLASSES.includes(action.storageClass ?? "")) {
      refuse("invalid", `The SetStorageClass action needs a storage class, got '${action.storageClass ?? ""}'.`);
    }
    if (action.type !== "SetStorageClass" && action.storageClass !== undefined)
      refuse("invalid", `The ${action.type} action takes no storage class.`);
    if (
      action.type === "AbortIncompleteMultipartUpload" &&
      given.some((key) => !["age", "matchesPrefixes", "matchesSuffixes", "sendAgeIfZero", "withState"].includes(key))
    ) {
      refuse(
        "invalid",
        "The AbortIncompleteMultipartUpload action only takes the conditions age, matchesPrefix and matchesSuffix.",
      );
    }
    if (condition.withState !== undefined && !["LIVE", "ARCHIVED", "ANY"].includes(condition.withState)) {
      refuse("invalid", `Invalid lifecycle condition withState '${condition.withState}'.`);
    }
    if ((condition.age ?? 0) < 0) refuse("invalid", "Lifecycle condition age must not be negative.");
  }
}
