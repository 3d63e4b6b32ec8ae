import { inEachRegion, openClusters } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { findProject } from "../project.ts";
import { styled, table } from "../table.ts";
import { failing } from "./gates.ts";
import { short } from "./objects.ts";
import { type GateVerdict, type HistoryEntry, readHistory } from "./record.ts";
import { serviceNamed } from "./services.ts";

/** One action, over all regions in which it is recorded. */
export interface RecordedAction extends Omit<HistoryEntry, "gates" | "outcome"> {
  regions: string[];
  gates: Record<string, readonly GateVerdict[]>;
  outcomes: Record<string, string>;
}

/** Joins what the regions have recorded: entries of the same moment, person and kind are one action. Oldest first. */
export function joinHistories(
  histories: readonly { region: string; entries: readonly HistoryEntry[] }[],
): RecordedAction[] {
  const actions = new Map<string, RecordedAction>();
  for (const { region, entries } of histories) {
    for (const { gates, outcome, ...entry } of entries) {
      const key = [entry.at, entry.who, entry.action].join(" ");
      const action = actions.get(key) ?? { ...entry, regions: [], gates: {}, outcomes: {} };
      action.regions.push(region);
      if (gates !== undefined) action.gates[region] = gates;
      if (outcome !== undefined) action.outcomes[region] = outcome;
      actions.set(key, action);
    }
  }
  return [...actions.values()].toSorted((a, b) => a.at.localeCompare(b.at));
}

export async function runHistory(wish: {
  stack: string;
  simulated: boolean;
  service?: string;
  limit: string;
  json: boolean;
}): Promise<number> {
  const limit = Number(wish.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new OperatorError(`--limit '${wish.limit}': give a whole number above 0`);
  const service = serviceNamed(wish.service);
  const clusters = await openClusters(findProject(), wish.stack, wish.simulated);
  const outcomes = await inEachRegion(clusters, ({ client }) => readHistory(client, service));
  const actions = joinHistories(
    outcomes.flatMap(({ region, value }) => (value === undefined ? [] : [{ region, entries: value }])),
  ).slice(-limit);
  const unread = outcomes.flatMap(({ region, error }) =>
    error === undefined ? [] : [{ region, error: error.message }],
  );
  if (wish.json) console.log(JSON.stringify({ stack: wish.stack, service: service.name, actions, unread }));
  else
    console.log(
      [
        ...describe(actions),
        ...unread.map(({ region, error }) => styled("yellow", `${region}: not read: ${error}`)),
      ].join("\n"),
    );
  return unread.length === 0 ? 0 : 2;
}

function describe(actions: readonly RecordedAction[]): string[] {
  if (actions.length === 0) return ["nothing has been released, promoted or rolled back yet"];
  return table(
    ["when", "who", "action", "digest", "from → to", "wave", "regions", "notes"],
    actions.map((action) => [
      action.at.replace(/\.\d+Z$/, "Z"),
      action.who,
      action.forced === true ? { text: `${action.action} (forced)`, style: "yellow" as const } : action.action,
      short(action.digest || undefined),
      `${shortened(action.from)} → ${shortened(action.to)}`,
      String(action.wave ?? ""),
      action.regions.join(", "),
      [action.reason, ...notesOf(action)].filter(Boolean).join("; "),
    ]),
  );
}

const shortened = (text: string): string => (text.startsWith("sha256:") ? short(text) : text);

function notesOf({ gates, outcomes }: RecordedAction): string[] {
  const failed = Object.entries(gates).flatMap(([region, verdicts]) => {
    const text = failing(verdicts);
    return text === "" ? [] : [`${region}: ${text}`];
  });
  return [...failed, ...Object.entries(outcomes).map(([region, outcome]) => `${region}: ${outcome}`)];
}
