import { writeFileSync } from "node:fs";
import type { Option } from "./command.ts";
import { OperatorError } from "./operatorError.ts";
import type { Finding, PolicyRun } from "./policyFindings.ts";
import { assertJudged, type PackIdentity, packIdentity, wasJudged } from "./policyVerdict.ts";
import { sarif } from "./sarif.ts";
import type { Session } from "./session.ts";

export const sarifOption = {
  type: "string",
  value: "FILE",
  description: "write what the policy pack finds as SARIF, for code hosts to show beside a pull request",
} satisfies Option;

/** Refuses flags of Pulumi that would put another pack, or no rule at all, in the place of the project's. @throws naming it */
export function refuseOtherPolicies(rest: readonly string[]): void {
  const flag = rest.find((argument) => /^--policy-pack(-config)?(=|$)/.test(argument));
  if (flag === undefined) return;
  throw new OperatorError(
    `${flag.split("=")[0]}: novactl always judges by the project's own pack; a rule that a stack may break with a warning stands in its config (novacron:policies), a resource that may break one in policies/exemptions.yaml`,
  );
}

/** Where the findings of a run go, and whether it succeeded. */
export interface Outcome {
  code: number;
  /** Written as SARIF to this file. @default nowhere */
  file?: string | undefined;
  /** @default those of the run */
  findings?: readonly Finding[];
}

/**
 * Ends a run that the project's policy pack had to judge: its findings are written for code hosts, and it counts only when
 * the pack judged it.
 * @returns the pack, if it judged the run to its end
 * @throws when a run that succeeded was not judged
 */
export async function conclude(
  { policyPack, project, stack }: Pick<Session, "policyPack" | "project" | "stack">,
  run: PolicyRun,
  { code, file, findings = run.findings }: Outcome,
): Promise<PackIdentity | undefined> {
  // Another project's pack is its own affair.
  if (policyPack === undefined || project.name !== "novacron") return undefined;
  const pack = await packIdentity(policyPack);
  if (file !== undefined) {
    const { rules, stackRules } = await import("../policies/rules/index.ts");
    const log = sarif(findings, [...rules, ...stackRules], { version: pack.version, stack });
    writeFileSync(file, `${JSON.stringify(log, undefined, 2)}\n`);
  }
  if (code === 0) assertJudged(run, pack);
  return wasJudged(run, pack) ? pack : undefined;
}
