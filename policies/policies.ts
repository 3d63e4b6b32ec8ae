import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { judge, type Rule, type RuleText } from "./rule.ts";
import type { Run } from "./run.ts";
import { judgeStack, type StackResource, type StackRule } from "./stackRule.ts";

/** A rule as the policy SDK runs it. */
export function resourcePolicy(declared: Rule, run: Run): ResourceValidationPolicy {
  return {
    ...text(declared, run),
    validateResource: ({ type, props, urn, name, opts, notApplicable }, report) => {
      const verdict = judge(declared, { type, props, options: opts }, run.production);
      switch (verdict.kind) {
        case "not applicable":
          return notApplicable();
        case "pass":
          return;
        case "fail":
          if (run.exempts(declared.id, { type, urn, name })) return;
          return verdict.findings.forEach((finding) => {
            report(message(declared, finding));
          });
        case "deferred":
          return run.defer(declared.id, { type, urn, name });
      }
    },
  };
}

/** A rule about resources together, as the policy SDK runs it. */
export const stackPolicy = (declared: StackRule, run: Run): StackValidationPolicy => ({
  ...text(declared, run),
  validateStack: ({ resources, notApplicable }, report) => {
    const shown = new Map(resources.map((resource) => [resource.urn, resource]));
    const stack = { type: "pulumi:pulumi:Stack", urn: declared.id, name: "stack" };
    const verdict = judgeStack(
      declared,
      resources.map((resource) => asRulesSee(resource, run)),
      run.production,
    );
    switch (verdict.kind) {
      case "not applicable":
        return notApplicable();
      case "pass":
        return;
      case "fail":
        for (const { urn, text: finding } of verdict.findings) {
          if (!run.exempts(declared.id, shown.get(urn ?? "") ?? stack)) report(message(declared, finding), urn);
        }
        return;
      case "deferred":
        for (const { urn } of verdict.waitsFor) run.defer(declared.id, shown.get(urn ?? "") ?? stack);
    }
  },
});

/** Notes what each resource declares, before any rule about resources together asks. It refuses nothing. */
export const declarations = (run: Run): ResourceValidationPolicy => ({
  name: "DECLARED",
  description: "What the program declares is noted for the rules about resources together",
  enforcementLevel: "advisory",
  validateResource: ({ urn, props, provider }) => run.declare(urn, { props, provider: provider?.urn }),
});

const asRulesSee = (
  { type, urn, name, props, opts, propertyDependencies, provider }: PolicyResource,
  run: Run,
): StackResource => ({
  type,
  urn,
  name,
  options: opts,
  propertyDependencies,
  ...(run.declared(urn) ?? { props, provider: provider?.urn }),
});

const text = ({ id, title, severity, why, fix }: RuleText, run: Run) => ({
  name: id,
  displayName: title,
  description: title,
  severity,
  remediationSteps: `${why} ${fix}`,
  ...(run.advisory.has(id) ? { enforcementLevel: "advisory" as const } : {}),
});

/** On one line, so that a log can be searched for it. */
const message = ({ id, fix }: RuleText, finding: string): string =>
  `${finding}. Fix: ${fix} Why: \`novactl policies explain ${id}\``;
