import type { StackValidationPolicy } from "@pulumi/policy";
import type { Run } from "./run.ts";

/**
 * Says at the end of a run that the pack ran, and how much it decided: checks that wait for values of resources that do not
 * exist yet are counted by rule, since a verdict on a preview is worth only as much as it decided.
 */
export const summary = (pack: { name: string; version: string; rules: number }, run: Run): StackValidationPolicy => ({
  name: "SUMMARY",
  description: "What the policy pack judged",
  enforcementLevel: "advisory",
  validateStack: ({ resources }, report) => {
    const custom = resources.filter(({ type }) => !type.startsWith("pulumi:") && type.split(":").length > 2);
    report(
      [
        `${pack.name} ${pack.version}: ${count(pack.rules, "rule")}, ${count(custom.length, "resource")}`,
        listed("exempted", run.exempted, ({ resources: many }) => many, "resource"),
        `${listed("deferred to up", run.deferrals, ({ checks }) => checks, "check")}${
          run.deferrals.length === 0 ? "" : ` on ${count(run.deferredResources, "resource")}`
        }`,
      ].join("; "),
    );
  },
});

/** Faults of the exemptions and of the stack's wishes, and exemptions that nothing needed, are errors of the run. */
export const settingsPolicy = (faults: readonly string[], run: Run): StackValidationPolicy => ({
  name: "SETTINGS",
  description: "Exemptions and levels of enforcement are themselves in order",
  enforcementLevel: "mandatory",
  validateStack: (_, report) => {
    for (const fault of faults) report(fault);
    // A run that leaves regions alone does not see everything.
    if (!run.isWhole) return;
    for (const { rule, resource } of run.unused) {
      report(`exemption of ${resource} from ${rule} is not needed: no such resource breaks the rule; take it out`);
    }
  },
});

function listed<Entry extends { rule: string }>(
  what: string,
  entries: readonly Entry[],
  many: (entry: Entry) => number,
  noun: string,
): string {
  const total = entries.reduce((sum, entry) => sum + many(entry), 0);
  const rules = entries.map((entry) => `${entry.rule} ${many(entry)}`).join(", ");
  return `${what}: ${count(total, noun)}${rules === "" ? "" : ` (${rules})`}`;
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? "" : "s"}`;
