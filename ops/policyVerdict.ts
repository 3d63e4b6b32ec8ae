import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "./operatorError.ts";
import { describeFinding, type PolicyRun } from "./policyFindings.ts";

/** What a policy pack is known by. */
export interface PackIdentity {
  name: string;
  version: string;
  /** How many rules it has. */
  rules: number;
}

/** The project's pack as it stands in the checkout. */
export async function packIdentity(folder: string): Promise<PackIdentity> {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const { rules, stackRules } = await import("../policies/rules/index.ts");
  return { name: "novacron", version, rules: rules.length + stackRules.length };
}

/** What operators read after Pulumi's own output: every finding on a line of its own, then the pack's account. */
export const describePolicies = ({ findings, summary }: PolicyRun): string[] => [
  ...findings.map(describeFinding),
  ...(summary === undefined ? [] : [`policies: ${summary}`]),
];

/**
 * Makes sure that a run that succeeded was judged, by this very pack and all of its rules: one that was skipped, by a flag or
 * a variable of Pulumi's, would look the same as one that found nothing.
 *
 * @throws OperatorError when it was not
 */
export function assertJudged(run: PolicyRun, pack: PackIdentity): void {
  if (wasJudged(run, pack)) return;
  const { packs, summary } = run;
  const found = Object.entries(packs).map(([name, version]) => `${name.split("|")[0]} ${version}`);
  throw new OperatorError(
    `the run was not judged by the policy pack ${pack.name} ${pack.version}: ${pack.rules} rules; ${
      found.length === 0
        ? "no pack ran"
        : `what ran: ${found.join(", ")}${summary === undefined ? "" : ` (${summary})`}`
    }; take --policy-pack and PULUMI_OPTION_POLICY_PACK out of the call`,
  );
}

/** Whether a run was judged to its end by this very pack and all of its rules. */
export function wasJudged({ packs, account }: PolicyRun, pack: PackIdentity): boolean {
  const ran = Object.entries(packs).some(
    ([name, version]) => name.split("|")[0] === pack.name && version === pack.version,
  );
  return ran && account?.pack === pack.name && account.version === pack.version && account.rules === pack.rules;
}
