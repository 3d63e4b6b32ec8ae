import { type Account, readAccount } from "../policies/account.ts";
import type { EngineEvent } from "./eventLog.ts";

/** What a rule of the policy pack found wrong. */
export interface Finding {
  rule: string;
  level: "mandatory" | "advisory";
  severity?: string;
  /** The resource, or the stack as a whole. */
  urn: string;
  /** Place, fault and fix in one line. */
  message: string;
}

/** What of a run is about the pack itself. */
export interface PolicyRun {
  /** Name and version of each pack that ran. */
  packs: Record<string, string>;
  /** The pack's own account: rules, resources, exempted and deferred checks. Missing when a run ended before all was registered. */
  summary: string | undefined;
  /** The same, read. */
  account: Account | undefined;
  findings: Finding[];
}

/** The pack's own account of a run; no finding. */
const SUMMARY = "SUMMARY";

/** What the pack said in a run. */
export function policyRun(events: readonly EngineEvent[]): PolicyRun {
  const said = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  const packs = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.PolicyPacks ?? {};
  const summary = said.filter(({ policyName }) => policyName === SUMMARY).map(({ message }) => lastLine(message))[0];
  return {
    packs,
    summary,
    account: summary === undefined ? undefined : readAccount(summary),
    findings: said
      .filter(({ policyName }) => policyName !== SUMMARY)
      .map(({ policyName, enforcementLevel, severity, resourceUrn, message }) => ({
        rule: policyName,
        level: enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        ...(severity === undefined ? {} : { severity }),
        urn: resourceUrn ?? "",
        message: lastLine(message),
      })),
  };
}

/** One line for each finding: level, rule, URN, and what is wrong. */
export const describeFinding = ({ rule, level, urn, message }: Finding): string =>
  `${level === "mandatory" ? "refused" : "warning"} ${rule} ${urn} ${message}`;

/** The pack puts the rule's title on the line before. The engine marks colours as `<{%…%}>`. */
function lastLine(message: string): string {
  const plain = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
  return plain.slice(plain.lastIndexOf("\n") + 1).trim();
}
