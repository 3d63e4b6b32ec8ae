import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, Step } from "./eventLog.ts";
import { isSecret, placeOf, urnParts } from "./state.ts";

/** A resource that is not as Pulumi left it. */
export interface Drift {
  region: string;
  type: string;
  name: string;
  urn: string;
  /** It is gone. */
  deleted: boolean;
  properties: PropertyDrift[];
}

export interface PropertyDrift {
  /** In the engine's syntax: `ingress[0].cidrBlocks`, `tags["a.b"]`. */
  path: string;
  /** Absent: it was not there before. */
  from?: unknown;
  /** Absent: it is not there any more. */
  to?: unknown;
}

const SECRET = "[secret]";

/** What a refresh found to differ, from the engine's events. */
export function driftOf(events: readonly EngineEvent[]): Drift[] {
  return events.flatMap(({ resOutputsEvent }) => {
    const step = resOutputsEvent?.metadata;
    if (step === undefined || !["update", "delete", "replace"].includes(step.op)) return [];
    const { urn, type } = step;
    const deleted = step.op === "delete";
    const properties = deleted ? [] : propertyDrift(step);
    return [{ region: placeOf({ urn, type }).region, type, name: urnParts(urn).name, urn, deleted, properties }];
  });
}

function propertyDrift(step: Step): PropertyDrift[] {
  const detailed = Object.entries(step.detailedDiff ?? {}).map(([path, { inputDiff }]) => {
    const side = inputDiff ? "inputs" : "outputs";
    return entry(path, valueAt(step.old?.[side], path), valueAt(step.new?.[side], path));
  });
  // Providers need not say more than "it differs".
  return detailed.length > 0 ? detailed : topLevelDrift(step.old?.outputs ?? {}, step.new?.outputs ?? {});
}

function topLevelDrift(before: Record<string, unknown>, after: Record<string, unknown>): PropertyDrift[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => entry(key, before[key], after[key]));
}

function entry(path: string, before: unknown, after: unknown): PropertyDrift {
  const [from, to] = [masked(before), masked(after)];
  // What is secret on one side is not to be guessed from the other.
  const secret = from === SECRET || to === SECRET;
  const side = (value: unknown) => (value === undefined ? undefined : secret ? SECRET : value);
  return {
    path,
    ...(from === undefined ? {} : { from: side(from) }),
    ...(to === undefined ? {} : { to: side(to) }),
  };
}

function masked(value: unknown): unknown {
  if (isSecret(value)) return SECRET;
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(member)]));
}

/** The value at a property path; a secret on the way is the value. */
export function valueAt(properties: unknown, path: string): unknown {
  let value = properties;
  for (const [, key, index, quoted] of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    if (typeof value !== "object" || value === null || isSecret(value)) return value;
    const name = key ?? index ?? (JSON.parse(`"${quoted}"`) as string);
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
