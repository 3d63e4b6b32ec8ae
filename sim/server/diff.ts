import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../service.ts";
import { DEFAULTS, isObject } from "./values.ts";

export interface Change {
  /** Property path in the engine's syntax: `vpcConfig.subnetIds[1]`, `tags["a.b"]`. */
  path: string;
  kind: "add" | "delete" | "update";
  /** Whether it needs a new resource. */
  replace: boolean;
}

/** What differs between two sets of plain inputs, and whether one of `replaceOn` covers it. */
export function diffInputs(before: Properties, after: Properties, replaceOn: readonly string[]): Change[] {
  const changes: Change[] = [];
  compareObjects(before, after, "", changes);
  return changes.map((change) => ({ ...change, replace: replaceOn.some((path) => isAtOrBelow(change.path, path)) }));
}

function compareObjects(before: Properties, after: Properties, prefix: string, changes: Change[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key !== DEFAULTS) compare(before[key], after[key], join(prefix, key), changes);
  }
}

function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (isDeepStrictEqual(before, after)) return;
  const push = (kind: Change["kind"]) => changes.push({ path, kind, replace: false });
  if (before === undefined || before === null) push("add");
  else if (after === undefined || after === null) push("delete");
  else if (isObject(before) && isObject(after)) compareObjects(before, after, path, changes);
  else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(before[index], after[index], `${path}[${index}]`, changes);
    }
  } else push("update");
}

const join = (prefix: string, key: string): string => {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${prefix}[${JSON.stringify(key)}]`;
  return prefix === "" ? key : `${prefix}.${key}`;
};

/** Whether a change at `path` is a change of `rule`. Array positions in the path do not count: `rules[2].port` is covered by `rules.port`. */
function isAtOrBelow(path: string, rule: string): boolean {
  const plain = path.replaceAll(/\[\d+\]/g, "");
  return plain === rule || plain.startsWith(`${rule}.`) || plain.startsWith(`${rule}[`);
}
