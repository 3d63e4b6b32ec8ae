import { isUnknownValueError, type PropertyPath, placeOf, Unknown, valuesAt } from "./path.ts";
import type { Sources } from "./sources/source.ts";

/** Inputs of a resource as the policy SDK hands them over: secrets unwrapped, unknown values throwing when they are read. */
export type Properties = Readonly<Record<string, unknown>>;

/** What the program says of a resource beside its properties, as far as rules ask. */
export interface ResourceOptions {
  protect: boolean;
  /** Properties whose changes the program leaves to others. */
  ignoreChanges: readonly string[];
  /** Places of inputs that the program marks secret. */
  secretInputs?: readonly string[] | undefined;
}

/** What a check may ask beside the resource's properties. */
export interface Context {
  /** Type token, in the form that `canonicalType` gives. */
  type: string;
  options: ResourceOptions;
  /** Production may ask for more than other stacks, never for less. */
  production: boolean;
}

/** What every rule says of itself; documentation and reports are made of it. */
export interface RuleText {
  /** Stable for life, such as `NET-001`: stacks' policy config and exemptions name it. */
  id: string;
  /** What holds where the rule is kept. */
  title: string;
  severity: "medium" | "high" | "critical";
  /** What happens where it is not. */
  why: string;
  /** Who says so. */
  sources: Sources;
  /** What to change. */
  fix: string;
}

/** What a check finds wrong: one sentence for each place, naming the property and never a value that may be secret. */
export type Findings = string | readonly string[];

/** Nothing is wrong. */
export const ok: readonly string[] = [];

/** In `applies`: whatever the type is. For what must not stand in any resource. */
export const EVERY_TYPE = "*";

/** In `applies`: every object of a cluster, whatever its kind. */
export const EVERY_OBJECT = "kubernetes:*";

/** Whether a type is among those of a rule's `applies`, of which one that ends in `*` is all that begin so. */
export const isAbout = (applies: readonly string[], type: string): boolean =>
  applies.some((each) => (each.endsWith("*") ? type.startsWith(each.slice(0, -1)) : each === type));

/** A rule about one resource by itself. */
export interface Rule extends RuleText {
  /** Type tokens; `EVERY_TYPE` and `EVERY_OBJECT` stand for more than one. */
  applies: readonly string[];
  /** Every property that the check reads, on whichever type has it. While one is unknown, the rule does not pass a resource. */
  needs: readonly PropertyPath[];
  check(properties: Properties, context: Context): Findings;
  /** What to set so that the rule is kept, by place; only where that can surprise nobody. Left out: nothing is ever changed. */
  remedy?(
    properties: Properties,
    context: { type: string; tags: Readonly<Record<string, string>> },
  ): Remedy | undefined;
}

/** Values to set in a map that is a property of a resource. */
export interface Remedy {
  /** Name of the map. */
  place: string;
  values: Readonly<Record<string, string>>;
}

/** Declares a rule. Its file exports it as default, and its area's `index.ts` lists it. */
export const rule = (declared: Rule): Rule => declared;

/** What a rule says of one resource. */
export type Verdict =
  | { kind: "not applicable" }
  | { kind: "pass" }
  | { kind: "fail"; findings: readonly string[] }
  /** Not decided, since these properties are known only once `up` has made what they come from. */
  | { kind: "deferred"; waitsFor: string[] };

/**
 * Judges a resource. A fault among the known values is a fault whatever the unknown ones turn out to be; without one, a
 * needed value that is unknown leaves the rule undecided, and `up` asks again before it makes the resource.
 */
export function judge(
  asked: Rule,
  resource: { type: string; props: Properties; options: ResourceOptions },
  production: boolean,
): Verdict {
  const { props: properties, options } = resource;
  const canonical = canonicalType(resource.type);
  if (!isAbout(asked.applies, canonical)) return { kind: "not applicable" };
  const unknown = asked.needs
    .flatMap((path) => valuesAt(properties, path))
    .flatMap(({ at, value }) => (value instanceof Unknown ? [at] : []));
  try {
    const found = asked.check(properties, { type: canonical, options, production });
    const findings = typeof found === "string" ? [found] : found;
    if (findings.length > 0) return { kind: "fail", findings };
  } catch (error) {
    if (!isUnknownValueError(error)) throw error;
    unknown.push(placeOf(error.props));
  }
  return unknown.length === 0 ? { kind: "pass" } : { kind: "deferred", waitsFor: [...new Set(unknown)] };
}

/** A type without the API version that Azure's tokens may carry, and S3's second generation as the first: a rule must not be escaped by the choice of a version. */
export const canonicalType = (type: string): string =>
  type
    .replace(/^azure-native(?:_\w+)?:([^:/]+)(?:\/[^:]+)?:/, "azure-native:$1:")
    .replace(/^(aws:s3\/\w+)V2:(\w+)V2$/, "$1:$2");
