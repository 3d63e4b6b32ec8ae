import type { ProjectBucketConfig, ProjectBucketConfigArgs } from "@pulumi/gcp/logging/projectBucketConfig.js";
import type { ProjectSink, ProjectSinkArgs } from "@pulumi/gcp/logging/projectSink.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { bucket } from "./buckets.ts";
import { bad } from "./errors.ts";
import { everywhere, isRegion } from "./places.ts";
import { projectNumber } from "./projects.ts";

/** The two log buckets that every project has; naming one configures it. */
const BUILT_IN = ["_Default", "_Required"];

/** Log buckets. A deleted one keeps its name for seven days, which the simulator does not wait for. */
export const logBucket: Service<OutputsOf<ProjectBucketConfig>> = service<ProjectBucketConfigArgs, ProjectBucketConfig>(
  "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  {
    replaceOn: ["project", "location", "bucketId"],
    region: (input) => input.location,
    create: (input, world) => {
      const project = input.project.replace(/^projects\//, "");
      if (!isRegion(input.location) && !["global", "us", "eu"].includes(input.location)) {
        bad(`Log buckets cannot be created in location '${input.location}'.`);
      }
      if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/.test(input.bucketId) && !BUILT_IN.includes(input.bucketId)) {
        bad(
          `Invalid bucket ID '${input.bucketId}': it must be at most 100 letters, digits, underscores, dashes and dots, beginning with a letter or digit.`,
        );
      }
      const id = `projects/${project}/locations/${input.location}/buckets/${input.bucketId}`;
      if (world.get(logBucket, id) !== undefined) refuse("alreadyExists", `Bucket ${id} already exists`);
      demandRetention(input);
      return {
        id,
        name: id,
        project: input.project,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        bucketId: input.bucketId,
        description: input.description ?? "",
        lifecycleState: "ACTIVE",
        location: input.location,
        retentionDays: input.retentionDays === undefined || input.retentionDays === 0 ? 30 : input.retentionDays,
      };
    },
    update: (input, current) => {
      const before = current.inputs as Unwrap<ProjectBucketConfigArgs>;
      demandRetention(input);
      if (before.locked === true && (input.locked !== true || input.retentionDays !== before.retentionDays)) {
        refuse("failedPrecondition", "The bucket is locked: neither its lock nor its retention can be changed.");
      }
      if (before.enableAnalytics === true && input.enableAnalytics !== true)
        refuse("failedPrecondition", "Log Analytics cannot be disabled once it is enabled.");
      if (before.cmekSettings !== undefined && input.cmekSettings === undefined)
        refuse("failedPrecondition", "CMEK settings cannot be removed from a bucket.");
      return {};
    },
    remove: () => {},
    seconds: { create: 3, update: 3, remove: 3 },
  },
);

function demandRetention({ retentionDays }: { retentionDays?: number | undefined }): void {
  if (retentionDays !== undefined && (!Number.isInteger(retentionDays) || retentionDays < 0 || retentionDays > 3650)) {
    bad(`Retention days must be between 1 and 3650, got ${retentionDays}.`);
  }
}

/** Sinks: what routes log entries to a bucket. */
export const logSink: Service<OutputsOf<ProjectSink>> = service<ProjectSinkArgs, ProjectSink>(
  "gcp:logging/projectSink:ProjectSink",
  {
    replaceOn: ["name", "project", "uniqueWriterIdentity"],
    naming: {
      property: "name",
      pattern: /^[a-zA-Z0-9_.-]+$/,
      allowed: "letters, digits, underscores, dashes and dots",
      maxLength: 100,
    },
    region: everywhere,
    create: (input, world) => {
      const name = input.name ?? "";
      const id = `projects/${world.account}/sinks/${name}`;
      if (world.get(logSink, id) !== undefined) refuse("alreadyExists", `Sink ${name} already exists`);
      demandSink(input, world);
      const local =
        input.destination.startsWith("logging.googleapis.com/") && input.destination.includes(`/${world.account}/`);
      return {
        id,
        name,
        project: world.account,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        bigqueryOptions: input.bigqueryOptions ?? { usePartitionedTables: false },
        destination: input.destination,
        uniqueWriterIdentity: input.uniqueWriterIdentity ?? true,
        // A log bucket of the sink's own project needs no writer.
        writerIdentity: local
          ? ""
          : input.uniqueWriterIdentity === false
            ? "serviceAccount:cloud-logs@system.gserviceaccount.com"
            : `serviceAccount:service-${projectNumber(world.account)}@gcp-sa-logging.iam.gserviceaccount.com`,
      };
    },
    update: (input, _, world) => {
      demandSink(input, world);
      return {};
    },
    remove: () => {},
    seconds: { create: 3, update: 3, remove: 3 },
  },
);

function demandSink(input: Unwrap<ProjectSinkArgs>, world: World): void {
  const [service = "", ...path] = input.destination.split("/");
  const target = path.join("/");
  if (!/^(storage|bigquery|pubsub|logging)\.googleapis\.com$/.test(service) || target === "") {
    bad(`Invalid sink destination '${input.destination}'.`);
  }
  if (service === "storage.googleapis.com" && world.get(bucket, target) === undefined) {
    refuse("notFound", `The bucket '${target}' does not exist.`);
  }
  if (service === "logging.googleapis.com" && /\/buckets\//.test(target)) {
    const own =
      target.startsWith(`projects/${world.account}/`) && !BUILT_IN.some((name) => target.endsWith(`/${name}`));
    if (own && world.get(logBucket, target) === undefined) refuse("notFound", `Bucket ${target} does not exist.`);
  }
  if (input.bigqueryOptions !== undefined && service !== "bigquery.googleapis.com")
    bad("bigquery_options can only be used with a BigQuery destination.");
  for (const filter of [input.filter, ...(input.exclusions ?? []).map((exclusion) => exclusion.filter)])
    demandFilter(filter ?? "");
  const names = (input.exclusions ?? []).map(({ name }) => name);
  if (new Set(names).size < names.length) bad("Exclusion names must be unique in a sink.");
}

/** Quotes and parentheses of a filter must match. */
function demandFilter(filter: string): void {
  const plain = filter.replace(/"(\\.|[^"\\])*"/g, "");
  let depth = 0;
  for (const character of plain) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth < 0) break;
  }
  if (plain.includes('"') || depth !== 0) bad(`Unparseable filter: syntax error in '${filter}'.`);
}
