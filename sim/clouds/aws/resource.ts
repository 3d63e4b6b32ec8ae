import type { Unwrap } from "@pulumi/pulumi";
import { type Behaviour, type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import type { Api } from "./api.ts";
import { regionNames } from "./regions.ts";

export interface AwsBehaviour<Input, Outputs> extends Behaviour<Input, Outputs> {
  api: Api;
  /** Resources of global services have no region. @default regional */
  scope?: "regional" | "global";
  /** Whether the type carries tags. @default true */
  tagged?: boolean;
}

export interface AwsService<Outputs> extends Service<Outputs> {
  readonly api: Api;
}

interface Common {
  region?: string | undefined;
  tags?: Record<string, string> | undefined;
}

/**
 * Declares an AWS resource type: what `service` does, and what all AWS types have in common: the `region` property, which
 * cannot change, and tags with the provider's default ones among them.
 */
export function awsService<Args, Resource>(
  type: string,
  { api, scope = "regional", tagged = true, ...behaviour }: AwsBehaviour<Unwrap<Args>, OutputsOf<Resource>>,
): AwsService<OutputsOf<Resource>> {
  type Input = Unwrap<Args>;
  type Outputs = OutputsOf<Resource>;
  const { check, create, update } = behaviour;
  const regional = scope === "regional";
  // Types without a region or tags have no such outputs, which the two flags say at run time only.
  const common = (input: Input, world: World) =>
    ({
      ...(regional && { region: world.region }),
      ...(tagged && { tagsAll: allTags(input as Common, world, api) }),
    }) as unknown as Partial<Outputs>;

  return {
    api,
    ...service<Args, Resource>(type, {
      ...behaviour,
      replaceOn: regional ? [...behaviour.replaceOn, "region"] : behaviour.replaceOn,
      ...(scope === "global" && { region: () => "global" }),
      check: (input) => [...regionProblems(input as Common), ...(check?.(input) ?? [])],
      create: (input, world) => {
        const shared = common(input, world);
        const created = create(input, world);
        if (created instanceof Promise) return created.then((result) => ({ ...shared, ...result }));
        return { ...shared, ...created };
      },
      update: (input, current, world) => {
        const shared = common(input, world);
        const changed = update?.(input, current, world) ?? {};
        if (changed instanceof Promise) return changed.then((result) => ({ ...shared, ...result }));
        return { ...shared, ...changed };
      },
    }),
  };
}

function regionProblems({ region }: Common): [string, string][] {
  return region === undefined || regionNames.includes(region) ? [] : [["region", `invalid AWS Region: ${region}`]];
}

const MAX_TAGS = 50;

function allTags({ tags = {} }: Common, world: World, api: Api): Record<string, string> {
  const all = { ...defaultTags(world), ...tags };
  const code = api.badTag ?? "InvalidParameterValue";
  if (Object.keys(all).length > MAX_TAGS)
    refuse(api.badTag ?? "TagLimitExceeded", `More than ${MAX_TAGS} tags specified`);
  for (const [key, value] of Object.entries(all)) {
    if (key.toLowerCase().startsWith("aws:"))
      refuse(code, `Tag keys starting with 'aws:' are reserved for internal use`);
    if (key.length < 1 || key.length > 128) refuse(code, `Tag key exceeds the maximum length of 128 characters`);
    if (value.length > 256) refuse(code, `Tag value exceeds the maximum length of 256 characters`);
    // EC2 alone takes any character.
    if (api.service !== "EC2" && !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(`${key}${value}`))
      refuse(code, `Tag '${key}' contains characters other than letters, digits, spaces and _ . : / = + - @`);
  }
  if (api.service === "IAM" && new Set(Object.keys(all).map((key) => key.toLowerCase())).size < Object.keys(all).length)
    refuse(code, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  return all;
}

function defaultTags(world: World): Record<string, string> {
  const configured = world.config.defaultTags as { tags?: Record<string, string> } | undefined;
  return configured?.tags ?? {};
}

/** An ARN in the request's region and account, such as `arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0a1b`. */
export const arn = (world: World, serviceName: string, resource: string): string =>
  `arn:aws:${serviceName}:${world.region === "global" ? "" : world.region}:${world.account}:${resource}`;

/** An id as EC2 makes them: the prefix and 17 hex digits. */
export const ec2Id = (world: World, prefix: string): string => `${prefix}-0${world.hex(16)}`;

/** A problem of a property with a closed set of values. */
export function oneOf(
  property: string,
  value: string | number | undefined,
  allowed: readonly (string | number)[],
): [string, string][] {
  if (value === undefined || allowed.includes(value)) return [];
  return [[property, `expected ${property} to be one of [${allowed.join(", ")}], got ${value}`]];
}

/** A problem of a number outside its range, bounds included. */
export function between(property: string, value: number | undefined, low: number, high: number): [string, string][] {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return [];
  return [[property, `expected ${property} to be in the range (${low} - ${high}), got ${value}`]];
}

/** Problems when not exactly one of some properties is given. In a preview an absent one may merely be unknown, so only too many count there. */
export function atMostOne(input: object, properties: readonly string[]): [string, string][] {
  const given = properties.filter((property) => (input as Record<string, unknown>)[property] !== undefined);
  return given.length <= 1
    ? []
    : [
        [
          given[1] ?? "",
          `only one of ${properties.join(", ")} can be specified, but ${given.join(", ")} were specified`,
        ],
      ];
}

/** Refuses when none of some properties is given. */
export function demandOne(input: object, properties: readonly string[], code = "MissingParameter"): void {
  if (properties.every((property) => (input as Record<string, unknown>)[property] === undefined))
    refuse(code, `one of ${properties.join(", ")} must be specified`);
}
