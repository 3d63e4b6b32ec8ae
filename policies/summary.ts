import type { StackValidationPolicy } from "@pulumi/policy";
import { accountText } from "./account.ts";
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
      accountText({
        pack: pack.name,
        version: pack.version,
        rules: pack.rules,
        resources: custom.length,
        exempted: run.exempted,
        deferred: run.deferrals,
        deferredResources: run.deferredResources,
      }),
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
    for (const { rule, resource } of run.broad) {
      report(
        `exemption of ${resource} from ${rule} is too broad: it takes in every resource of its type; name those that need it`,
      );
    }
  },
});
