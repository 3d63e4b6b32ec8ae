import type { EngineEvent } from "./eventLog.ts";
import { policyRun } from "./policyFindings.ts";

/** Operations of the engine that change nothing. */
const IDLE = new Set(["same", "refresh", "read"]);

/** Of a preview and the run that followed it, the events of the run. */
export function ownEvents(events: readonly EngineEvent[]): readonly EngineEvent[] {
  const previewed = events.findIndex((event) => event.summaryEvent?.isPreview === true);
  return previewed < 0 || previewed === events.findLastIndex(isSummary) ? events : events.slice(previewed + 1);
}

/** What a run did, for `--json`. Of a preview and the run that followed it, the run. */
export function reportRun(events: readonly EngineEvent[]) {
  const own = ownEvents(events);
  const policies = policyRun(own);
  const summary = own.find(isSummary)?.summaryEvent;
  const steps = own.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  return {
    result: summary?.result ?? "failed",
    changes: summary?.resourceChanges ?? {},
    seconds: summary?.durationSeconds ?? 0,
    steps: steps.filter(({ op }) => !IDLE.has(op)).map(({ op, urn }) => ({ op, urn })),
    failed: own.flatMap(({ resOpFailedEvent }) => resOpFailedEvent?.metadata.urn ?? []),
    errors: own.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === "error"
        ? [{ urn: diagnosticEvent.urn, message: diagnosticEvent.message.trim() }]
        : [],
    ),
    policyPacks: summary?.PolicyPacks ?? {},
    policySummary: policies.summary,
    policies: policies.findings,
  };
}

const isSummary = (event: EngineEvent): boolean => event.summaryEvent !== undefined;
