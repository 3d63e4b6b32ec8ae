import { concerns, type Exemption } from "../../policies/exemptions.ts";
import { canonicalType } from "../../policies/rule.ts";
import type { PolicyRun } from "../policyFindings.ts";
import { urnParts } from "../state.ts";
import { counted } from "./counts.ts";
import type { PolicyReport } from "./model.ts";
import type { Redactor } from "./redaction.ts";
import type { Side } from "./sides.ts";
import { compare } from "./steps.ts";

/** Such as `3 checks on 2 resources deferred to up (NET-001 2, ENC-003 1)`; nothing when all was decided. */
export function deferredInWords({ checks, resources, rules }: PolicyReport["deferred"]): string | undefined {
  if (checks === 0) return undefined;
  const byRule = rules.map(({ rule, checks: many }) => `${rule} ${many}`).join(", ");
  const detail = byRule === "" ? "" : ` (${byRule})`;
  return `${counted(checks, "check")} on ${counted(resources, "resource")} deferred to \`up\`${detail}`;
}

/** Where the policies' findings come from, and which exemptions from them hold in the stack. */
export interface PolicySources {
  run: PolicyRun;
  exemptions: readonly Exemption[];
  /** What the pack has judged. */
  sides: readonly Side[];
}

/**
 * What the policies say of a preview. Exemptions are those that are about a resource that there will be, from the rules from
 * which the pack let resources off.
 */
export function policyReport({ run, exemptions, sides }: PolicySources, redactor: Redactor): PolicyReport {
  const { packs, account, findings } = run;
  const judged = sides.filter(({ after }) => after !== undefined);
  const deferred = account?.deferred ?? [];
  const exempted = new Set(account?.exempted.map(({ rule }) => rule));
  return {
    packs: Object.fromEntries(
      Object.entries(packs)
        // After the name the engine says where it has the pack from.
        .map(([name, version]) => [name.split("|")[0] ?? name, version] as const)
        .toSorted(([a], [b]) => compare(a, b)),
    ),
    violations: findings
      .map((finding) => ({ ...finding, message: redactor.text(finding.message) }))
      .toSorted((a, b) => compare(a.rule, b.rule) || compare(a.urn, b.urn) || compare(a.message, b.message)),
    deferred: {
      checks: deferred.reduce((sum, { checks }) => sum + checks, 0),
      resources: account?.deferredResources ?? 0,
      rules: deferred.toSorted((a, b) => b.checks - a.checks || compare(a.rule, b.rule)),
    },
    exemptions: exemptions
      .filter(
        (exemption) =>
          exempted.has(exemption.rule) &&
          judged.some(({ type, urn }) => concerns(exemption, canonicalType(type), urnParts(urn).name)),
      )
      .map(({ rule, resource, reason, owner, expiry }) => ({ rule, resource, reason, owner, expires: expiry }))
      .toSorted((a, b) => compare(a.rule, b.rule) || compare(a.resource, b.resource)),
  };
}
