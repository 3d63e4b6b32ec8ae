import { knownAt } from "./path.ts";
import type { RuleText } from "./rule.ts";
import { type StackResource, type StackRule, stackRule } from "./stackRule.ts";

/**
 * A rule that a resource is accompanied by another, which names it: clouds split what belongs together, and a setting that
 * was left out altogether is in no resource that another rule could look at.
 */
export interface Companionship extends RuleText {
  /** Type token of what must be accompanied. */
  accompanied: string;
  /** Type token of the companion. */
  companion: string;
  /** Property that holds the name of what is accompanied, on both types. */
  through: string;
}

/** The rule about resources together that a companionship is. */
export function companionRule({ accompanied, companion, through, ...text }: Companionship): StackRule {
  return stackRule({
    ...text,
    applies: [accompanied, companion],
    // The engine says which resource a companion's unknown name comes from, so nothing has to wait for it.
    needs: [],
    check: (resources) => {
      const companions = resources.filter(({ type }) => type === companion);
      const dependedOn = new Set(
        companions.flatMap(({ propertyDependencies }) => propertyDependencies[through] ?? []).map(({ urn }) => urn),
      );
      // Where both carry a name that the program wrote out, neither depends on the other.
      const named = new Set(companions.flatMap(({ props }) => knownAt(props, through)));
      const isAccompanied = ({ urn, props }: StackResource) =>
        dependedOn.has(urn) || knownAt(props, through).some((name) => named.has(name));
      return resources
        .filter((resource) => resource.type === accompanied && !isAccompanied(resource))
        .map(({ urn }) => ({ urn, text: `no ${companion} names it` }));
    },
  });
}
