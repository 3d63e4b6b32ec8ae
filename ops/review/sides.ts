import type { EngineEvent, StepState } from "../eventLog.ts";

/** A resource before and after a run, whatever steps lead from one to the other. Also those that stay as they are. */
export interface Side {
  urn: string;
  type: string;
  /** Absent: it does not exist before. */
  before?: StepState;
  /** Absent: it does not exist afterwards. */
  after?: StepState;
}

/** Steps after which a resource is there. A replacement has several steps, of which one makes it. */
const LEAVES_IT = new Set([
  "same",
  "create",
  "update",
  "replace",
  "create-replacement",
  "import",
  "import-replacement",
]);

/** The resources of a preview's events, one entry each, in the order of their URNs. */
export function sidesOf(events: readonly EngineEvent[]): Side[] {
  const sides = new Map<string, Side>();
  for (const { resourcePreEvent } of events) {
    const step = resourcePreEvent?.metadata;
    if (step === undefined || step.op === "refresh") continue;
    const side = sides.get(step.urn) ?? { urn: step.urn, type: step.type };
    if (side.before === undefined && step.old) side.before = step.old;
    if (LEAVES_IT.has(step.op) && step.new) side.after = step.new;
    sides.set(step.urn, side);
  }
  return [...sides.values()].toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
}
