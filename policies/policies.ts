import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { STACK_TYPE } from "./exemptions.ts";
import { canonicalType, judge, type Rule, type RuleText } from "./rule.ts";
import type { Run } from "./run.ts";
import { secretPlaces } from "./secretPlaces.ts";
import { publishedAt } from "./sources/source.ts";
import { judgeStack, type StackResource, type StackRule } from "./stackRule.ts";

/** A rule as the policy SDK runs it. */
export function resourcePolicy(declared: Rule, run: Run): ResourceValidationPolicy {
  return {
    ...text(declared, run),
    ...remediation(declared, run),
    validateResource: ({ type, props, urn, name, opts, notApplicable }, report) => {
      const verdict = judge(
        declared,
        { type, props, options: { ...opts, secretInputs: run.secretInputs(urn) } },
        run.production,
      );
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

/** Changes inputs before they are judged, which the engine shows. Where a rule only warns it does not. */
function remediation(declared: Rule, run: Run): Partial<ResourceValidationPolicy> {
  if (declared.remedy === undefined || run.advisory.has(declared.id)) return {};
  return {
    enforcementLevel: "remediate",
    remediateResource: ({ type, urn, props }) => {
      const remedy = declared.remedy?.(props, { type: canonicalType(type), tags: run.tagsFor(urn) });
      if (remedy === undefined) return undefined;
      // In place: a copy would have to read all properties, and unknown ones cannot be read.
      props[remedy.place] ??= {};
      for (const [name, value] of Object.entries(remedy.values)) props[remedy.place][name] = value;
      return props;
    },
  };
}

/** A rule about resources together, as the policy SDK runs it. */
export const stackPolicy = (declared: StackRule, run: Run): StackValidationPolicy => ({
  ...text(declared, run),
  validateStack: ({ resources, notApplicable }, report) => {
    if (declared.isLive === true && !run.isLive) return notApplicable();
    const shown = new Map(resources.map((resource) => [resource.urn, resource]));
    // By URN, not as they were registered, which differs from run to run: of two that exclude each other the same is named.
    const inOrder = resources.toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
    const verdict = judgeStack(
      declared,
      inOrder.map((resource) => asRulesSee(resource, run)),
      run.production,
    );
    switch (verdict.kind) {
      case "not applicable":
        return notApplicable();
      case "pass":
        return;
      case "fail":
        for (const { urn, text: finding } of verdict.findings) {
          if (!run.isWhole && urn !== undefined && run.declared(urn) === undefined) continue;
          if (!run.exempts(declared.id, shown.get(urn ?? "") ?? run.stack)) report(message(declared, finding), urn);
        }
        return;
      case "deferred":
        for (const { urn } of verdict.waitsFor) run.defer(declared.id, shown.get(urn ?? "") ?? run.stack);
    }
  },
});

/**
 * Notes what each resource declares, before any rule asks. It refuses nothing and changes nothing; it remediates because
 * only then the SDK shows which values are marked secret.
 */
export const declarations = (run: Run): ResourceValidationPolicy => ({
  name: "DECLARED",
  description: "What the program declares, and what of it is secret, is noted for the rules",
  enforcementLevel: "remediate",
  remediateResource: ({ urn, props }) => {
    run.noteSecrets(urn, secretPlaces(props));
    return undefined;
  },
  validateResource: ({ type, urn, props, provider }) => {
    // The stack itself declares nothing: what it publishes is there once all is registered.
    if (type !== STACK_TYPE) run.declare(urn, { props, provider: provider?.urn });
  },
});

const asRulesSee = (
  { type, urn, name, props, opts, propertyDependencies, provider }: PolicyResource,
  run: Run,
): StackResource => ({
  type,
  urn,
  name,
  outcome: props,
  options: opts,
  propertyDependencies,
  ...(run.declared(urn) ?? { props, provider: provider?.urn }),
});

function text({ id, title, severity, why, sources, fix }: RuleText, run: Run) {
  const url = publishedAt(sources);
  return {
    name: id,
    displayName: title,
    description: title,
    severity,
    remediationSteps: `${why} ${fix}`,
    ...(url === undefined ? {} : { url }),
    ...(run.advisory.has(id) ? { enforcementLevel: "advisory" as const } : {}),
  };
}

/** On one line, so that a log can be searched for it. */
const message = ({ id, fix }: RuleText, finding: string): string =>
  `${finding}. Fix: ${fix} Why: \`novactl policies explain ${id}\``;
