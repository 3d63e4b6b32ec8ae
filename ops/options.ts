import type { Option } from "./command.ts";

/** Options and parameters that several commands take. */

export const stackParameter = {
  name: "stack",
  description: "staging, prod, or another that has a Pulumi.<stack>.yaml in the checkout",
};

export const sim = {
  type: "boolean",
  description: "on the simulated clouds; they are started if need be",
} satisfies Option;

export const noClusters = {
  type: "boolean",
  description:
    "with --sim: clusters have no control planes, what is applied to them is only recorded ($NOVACRON_CLUSTERS=off)",
} satisfies Option;

export const json = { type: "boolean", description: "one JSON object on standard output" } satisfies Option;

export const excludeRegion = {
  type: "string",
  multiple: true,
  value: "REGION",
  description: "leave a region and its links alone, such as one that cannot be reached",
} satisfies Option;
