import { knownAt } from "./path.ts";
import { canonicalType, type Properties, type RuleText } from "./rule.ts";

/**
 * A rule that a resource is accompanied by another, which names it: clouds split what belongs together, and a setting that
 * was left out altogether is in no resource that another rule could look at.
 */
export interface CompanionRule extends RuleText {
  /** Type token of what must be accompanied. */
  applies: string;
  /** Type token of the companion. */
  companion: string;
  /** Property that holds the name of what is accompanied, on both types. */
  through: string;
}

export const companionRule = (declared: CompanionRule): CompanionRule => declared;

/** A resource as the policy SDK shows it once the whole program has run. */
export interface StackResource {
  type: string;
  urn: string;
  props: Properties;
  /** Which resources each property comes from. The engine knows that already in a preview, when the property itself is unknown. */
  propertyDependencies: Readonly<Record<string, readonly { urn: string }[]>>;
}

/** The resources that lack their companion. */
export function unaccompanied(asked: CompanionRule, resources: readonly StackResource[]): StackResource[] {
  const companions = resources.filter(({ type }) => canonicalType(type) === asked.companion);
  const dependedOn = new Set(
    companions.flatMap(({ propertyDependencies }) => propertyDependencies[asked.through] ?? []).map(({ urn }) => urn),
  );
  // Where both carry a name that the program wrote out, neither depends on the other.
  const named = new Set(companions.flatMap(({ props }) => knownAt(props, asked.through)));
  return resources.filter(
    ({ type, urn, props }) =>
      canonicalType(type) === asked.applies &&
      !dependedOn.has(urn) &&
      !knownAt(props, asked.through).some((name) => named.has(name)),
  );
}
