import { isUnknownValueError, type PropertyPath, placeOf, Unknown, valuesAt } from "./path.ts";
import { canonicalType, type Properties, type ResourceOptions, type RuleText } from "./rule.ts";

/** A resource among all that the program declared. */
export interface StackResource {
  /** Type token, in the form that `canonicalType` gives. */
  type: string;
  urn: string;
  /** Its logical name, the last part of its URN. */
  name: string;
  /** As for a rule about one resource: secrets unwrapped, unknown values throwing when they are read. */
  props: Properties;
  /**
   * What came of it, as the engine shows it once all is registered: in a preview what is there, or what a dry run makes of it.
   * For what rules about declarations cannot see: whether it changes.
   */
  outcome?: Properties;
  options: ResourceOptions;
  /** Which resources each property comes from. The engine knows that already in a preview, when the property itself is unknown. */
  propertyDependencies: Readonly<Record<string, readonly { urn: string }[]>>;
  /** URN of the provider, where the program names one: objects of one cluster share it. */
  provider?: string | undefined;
}

/** What a check finds wrong: one sentence, naming the property and never a value that may be secret. */
export interface StackFinding {
  /** The resource that is at fault; without one, the stack as a whole. */
  urn?: string;
  text: string;
}

/** A rule that only several resources together can keep or break. */
export interface StackRule extends RuleText {
  /** Type tokens of everything that the check looks at; it is handed resources of no other type. */
  applies: readonly string[];
  /**
   * Every property that the check reads, on whichever type has it, `status` in the outcome. While one is unknown and nothing is
   * found, the rule is undecided.
   */
  needs: readonly PropertyPath[];
  /** Judges what clusters record at this moment: a state that was exported tells what was, and is not asked. @default false */
  isLive?: boolean;
  check(resources: readonly StackResource[], context: { production: boolean }): readonly StackFinding[];
}

/** Declares a rule about resources together. Its file exports it as default, and its area's `index.ts` lists it. */
export const stackRule = (declared: StackRule): StackRule => declared;

/** What a rule says of a stack. */
export type StackVerdict =
  | { kind: "not applicable" }
  | { kind: "pass" }
  | { kind: "fail"; findings: readonly StackFinding[] }
  /** Not decided, since these places are known only once `up` has made what they come from. */
  | { kind: "deferred"; waitsFor: { urn?: string; at: string }[] };

/**
 * Judges a stack by one rule, as `judge` does a resource: a fault among the known values is a fault whatever the unknown ones
 * turn out to be, and without one an unknown value that the rule needs leaves it undecided.
 */
export function judgeStack(asked: StackRule, resources: readonly StackResource[], production: boolean): StackVerdict {
  const concerned = resources
    .map((resource) => ({ ...resource, type: canonicalType(resource.type) }))
    .filter(({ type }) => asked.applies.includes(type));
  if (concerned.length === 0) return { kind: "not applicable" };
  const waitsFor: { urn?: string; at: string }[] = concerned.flatMap(({ urn, props, outcome }) =>
    asked.needs
      .flatMap((path) => valuesAt(path.startsWith("status.") ? outcome : props, path))
      .flatMap(({ at, value }) => (value instanceof Unknown ? [{ urn, at }] : [])),
  );
  try {
    const findings = asked.check(concerned, { production });
    if (findings.length > 0) return { kind: "fail", findings };
  } catch (error) {
    if (!isUnknownValueError(error)) throw error;
    waitsFor.push({ at: placeOf(error.props) });
  }
  return waitsFor.length === 0 ? { kind: "pass" } : { kind: "deferred", waitsFor };
}
