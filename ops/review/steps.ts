import type { EngineEvent, Step, StepState } from "../eventLog.ts";
import { isProvider } from "../state.ts";
import type { Action } from "./model.ts";

/** What the engine would do to one resource: the steps of a replacement are one. */
export interface ResourceStep {
  urn: string;
  type: string;
  action: Action;
  /** Its URN before, where an alias says that it is the same resource. */
  formerUrn?: string;
  old?: StepState;
  new?: StepState;
  /** What the provider says that differs, by path in the engine's syntax. Empty: it does not say more than that it does. */
  differs: ReadonlyMap<string, { inputs: boolean; forces: boolean }>;
  /** Top-level properties that force a replacement. */
  forcing: readonly string[];
  /** Of a replacement: the old resource goes first. */
  oldFirst: boolean;
}

/** What a preview has found, before anything is left out of it: secrets are masked by the engine alone. */
export interface Observed {
  steps: readonly ResourceStep[];
  /** Resources that stay as they are. */
  unchanged: number;
  /** Outputs of the stack before and after; values known only after `up` are `UNKNOWN`. */
  outputs: { before: Record<string, unknown>; after: Record<string, unknown> };
  /** What the refresh before the preview found. */
  refreshed: readonly Refreshed[];
}

/** A resource as the state had it and as it is in the cloud; nothing is there any more when `new` is undefined. */
export interface Refreshed {
  urn: string;
  type: string;
  old: StepState;
  new: StepState | undefined;
  /** Paths of what the provider says that differs. Empty: it does not say more than that it does. */
  differs: readonly string[];
}

const STACK = "pulumi:pulumi:Stack";

/** The engine's word for a value that is known only after `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const ACTION_OF: Record<string, Action> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  "import-replacement": "import",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "discard-replaced": "replace",
  "read-replacement": "replace",
  "remove-pending-replace": "replace",
};

/** Reads the events of one preview. Steps are in the order of their URNs, since the engine's own order differs from run to run. */
export function observe(events: readonly EngineEvent[]): Observed {
  const steps = new Map<string, ResourceStep>();
  const refreshed: Refreshed[] = [];
  const outputs: Observed["outputs"] = { before: {}, after: {} };
  let unchanged = 0;
  for (const { resourcePreEvent, resOutputsEvent } of events) {
    const outcome = resOutputsEvent?.metadata;
    if (outcome?.op === "refresh" && outcome.old != null && !isProvider(outcome))
      refreshed.push({
        urn: outcome.urn,
        type: outcome.type,
        old: outcome.old,
        new: outcome.new ?? undefined,
        differs: reported(outcome).map(([path]) => path),
      });
    if (outcome?.type === STACK && outcome.op !== "refresh") {
      outputs.before = outcome.old?.outputs ?? {};
      outputs.after = outcome.new?.outputs ?? {};
    }
    const step = resourcePreEvent?.metadata;
    if (step === undefined || step.op === "refresh" || step.type === STACK) continue;
    const state = step.new ?? step.old;
    if (state?.custom !== true) continue;
    const former = step.old?.urn;
    const renamed = former !== undefined && former !== step.urn ? { formerUrn: former } : {};
    const action = step.op === "same" ? sameAction(step) : ACTION_OF[step.op];
    if (action === undefined) {
      if (step.op === "same" && !isProvider(step)) unchanged += 1;
      continue;
    }
    const known = steps.get(step.urn);
    steps.set(step.urn, {
      urn: step.urn,
      type: step.type,
      action: action === "delete" && step.old?.retainOnDelete === true ? "forget" : action,
      ...renamed,
      ...present("old", step.old ?? known?.old),
      ...present("new", step.new ?? known?.new),
      differs: new Map([...(known?.differs ?? []), ...reported(step)]),
      forcing: [...new Set([...(known?.forcing ?? []), ...(step.keys ?? [])])].toSorted(),
      // The first step of a replacement tells which of both comes first.
      oldFirst: known?.oldFirst ?? step.op === "delete-replaced",
    });
  }
  return {
    steps: [...steps.values()].toSorted((a, b) => compare(a.urn, b.urn)),
    unchanged,
    outputs,
    refreshed: refreshed.toSorted((a, b) => compare(a.urn, b.urn)),
  };
}

/** What a provider says that differs, by path: at least which properties, which is all that is told of a secret. */
function reported({ detailedDiff, diffs }: Step): [path: string, how: { inputs: boolean; forces: boolean }][] {
  const detailed = Object.entries(detailedDiff ?? {});
  if (detailed.length === 0) return (diffs ?? []).map((path) => [path, { inputs: true, forces: false }]);
  return detailed.map(([path, { diffKind, inputDiff }]) => [
    path,
    { inputs: inputDiff, forces: diffKind.endsWith("-replace") },
  ]);
}

/** What the engine calls the same may still have another name, or no protection any more. */
function sameAction({ urn, old, new: made }: Step): Action | undefined {
  if (old?.urn !== undefined && old.urn !== urn) return "rename";
  return (old?.protect === true) === (made?.protect === true) ? undefined : "update";
}

const present = <Key extends "old" | "new">(key: Key, state: StepState | undefined): { [K in Key]?: StepState } =>
  state === undefined ? {} : ({ [key]: state } as { [K in Key]?: StepState });

/** The order of code points: the same on every machine, unlike that of a language. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
