import type { EngineEvent } from "../eventLog.ts";
import type { PolicyReport } from "./model.ts";
import type { Redactor } from "./redaction.ts";
import { compare } from "./steps.ts";

/** The pack's own count of the checks that wait for `up`. */
const DEFERRED_COUNT = /deferred to up: (\d+) checks? on (\d+) resources?/;
/** One such check of one resource. */
const DEFERRED = /deferred to up, which knows/;

/** What the policies say, from the engine's events. */
export function policyReport(events: readonly EngineEvent[], redactor: Redactor): PolicyReport {
  const found = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  const packs = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.PolicyPacks ?? {};
  const counted = found.flatMap(({ message }) => DEFERRED_COUNT.exec(message) ?? []);
  const single = found.filter(({ message }) => DEFERRED.test(message));
  const violations = found
    .filter(({ message }) => !DEFERRED_COUNT.test(message) && !DEFERRED.test(message))
    .map(({ policyName, enforcementLevel, resourceUrn, message }) => ({
      rule: policyName,
      level: enforcementLevel,
      ...(resourceUrn === undefined || resourceUrn === "" ? {} : { urn: resourceUrn }),
      message: redactor.text(withoutColours(message).trim()),
    }));
  return {
    packs: Object.fromEntries(Object.entries(packs).toSorted(([a], [b]) => compare(a, b))),
    violations: violations.toSorted(
      (a, b) => compare(a.rule, b.rule) || compare(a.urn ?? "", b.urn ?? "") || compare(a.message, b.message),
    ),
    deferred:
      counted.length > 0
        ? { checks: Number(counted[1]), resources: Number(counted[2]) }
        : { checks: single.length, resources: new Set(single.map(({ resourceUrn }) => resourceUrn)).size },
    exemptions: [],
  };
}

/** The engine puts its own marks for colours into messages. */
const withoutColours = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "");
