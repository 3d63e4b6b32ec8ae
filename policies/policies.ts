import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { judge, type Rule, type RuleText } from "./rule.ts";
import { judgeStack, type StackResource, type StackRule } from "./stackRule.ts";

/**
 * Counts the checks that wait for `up`. In a preview of a new stack they are many, and a verdict on a preview is worth only
 * as much as what it decided.
 */
export class Deferrals {
  #checks = 0;
  readonly #resources = new Set<string>();

  add(urn: string): void {
    this.#checks += 1;
    this.#resources.add(urn);
  }

  /** Says the count once, at the end of a preview. */
  readonly policy: StackValidationPolicy = {
    name: "DEFERRED",
    description: "Checks that only `up` can decide",
    enforcementLevel: "advisory",
    validateStack: (_, report) => {
      if (this.#checks === 0) return;
      report(
        `deferred to up: ${count(this.#checks, "check")} on ${count(this.#resources.size, "resource")}, for values of resources that do not exist yet`,
      );
    },
  };
}

/** A rule as the policy SDK runs it. */
export function resourcePolicy(
  declared: Rule,
  { production, deferrals }: { production: boolean; deferrals: Deferrals },
): ResourceValidationPolicy {
  return {
    ...text(declared),
    validateResource: ({ type, props, urn, opts, notApplicable }, report) => {
      const verdict = judge(declared, { type, props, options: opts }, production);
      switch (verdict.kind) {
        case "not applicable":
          return notApplicable();
        case "pass":
          return;
        case "fail":
          return verdict.findings.forEach((finding) => {
            report(message(declared, finding));
          });
        case "deferred":
          deferrals.add(urn);
          // The SDK makes an advisory of its own error, whatever the rule's level, and of its message.
          verdict.error.message = `deferred to up, which knows ${verdict.waitsFor.join(", ")}`;
          throw verdict.error;
      }
    },
  };
}

/** A rule about resources together, as the policy SDK runs it. */
export const stackPolicy = (
  declared: StackRule,
  { production, deferrals }: { production: boolean; deferrals: Deferrals },
): StackValidationPolicy => ({
  ...text(declared),
  validateStack: ({ resources, notApplicable }, report) => {
    const verdict = judgeStack(declared, resources.map(asRulesSee), production);
    switch (verdict.kind) {
      case "not applicable":
        return notApplicable();
      case "pass":
        return;
      case "fail":
        return verdict.findings.forEach(({ urn, text: finding }) => {
          report(message(declared, finding), urn);
        });
      case "deferred":
        return verdict.waitsFor.forEach(({ urn }) => {
          deferrals.add(urn ?? declared.id);
        });
    }
  },
});

const asRulesSee = ({
  type,
  urn,
  name,
  props,
  opts,
  propertyDependencies,
  provider,
}: PolicyResource): StackResource => ({
  type,
  urn,
  name,
  props,
  options: opts,
  propertyDependencies,
  provider: provider?.urn,
});

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? "" : "s"}`;

const text = ({ id, title, severity, why, fix }: RuleText) => ({
  name: id,
  displayName: title,
  description: title,
  severity,
  remediationSteps: `${why} ${fix}`,
});

const message = ({ why, fix }: RuleText, finding: string): string => `${finding}.\nWhy: ${why}\nFix: ${fix}`;
