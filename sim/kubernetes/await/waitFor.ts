import { ProviderError } from "../../server/simulator.ts";
import type { Manifest } from "../cluster.ts";
import { condition, text } from "../fields.ts";
import { ready, type Verdict, waiting } from "./verdict.ts";

/**
 * Judges an object by its annotation `pulumi.com/waitFor`: `jsonpath={.status.phase}=Running`, `jsonpath={.status.address}`
 * (has any value), `condition=Ready` or `condition=Ready=False`, or a JSON list of these, all of which must hold.
 */
export function waitFor(object: Manifest, annotation: string): Verdict {
  for (const one of annotation.trim().startsWith("[") ? (JSON.parse(annotation) as string[]) : [annotation]) {
    if (!holds(object, one)) return waiting(`waiting for ${one}`);
  }
  return ready;
}

function holds(object: Manifest, wait: string): boolean {
  const byCondition = /^condition=([^=]+)(?:=(.+))?$/.exec(wait);
  if (byCondition !== null) {
    const [, type = "", status = "True"] = byCondition;
    return text(condition(object, type), "status").toLowerCase() === status.toLowerCase();
  }
  const byPath = /^jsonpath=\{(.+)\}(?:=(.*))?$/.exec(wait);
  if (byPath === null) {
    throw new ProviderError(
      `pulumi.com/waitFor is '${wait}'; allowed are jsonpath={.path}, jsonpath={.path}=value, condition=Type and condition=Type=Status`,
    );
  }
  const [, path = "", value] = byPath;
  const found = select(object, path).filter((candidate) => candidate !== undefined && candidate !== null);
  return value === undefined ? found.length > 0 : found.some((candidate) => String(candidate) === value);
}

/** One step of a path: `.name`, `['name']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`; a dot in a name is written `\.`. */
const STEP = /\.((?:\\.|[^.[\]\\])+)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([^=)]+)==\s*["']?([^"')]*)["']?\)\]/y;

/** The values at a JSONPath as `kubectl` writes them. */
export function select(value: unknown, path: string): unknown[] {
  let current: unknown[] = [value];
  for (STEP.lastIndex = 0; STEP.lastIndex < path.length; ) {
    const start = STEP.lastIndex;
    const step = STEP.exec(path);
    if (step === null) throw new ProviderError(`'${path.slice(start)}' of the JSONPath '${path}' is not understood`);
    const [, plain, quoted, index, every, filtered, wanted] = step;
    const key = plain?.replaceAll(/\\(.)/g, "$1") ?? quoted;
    current = current.flatMap((candidate) => {
      if (key !== undefined) return isRecord(candidate) ? [candidate[key]] : [];
      if (!Array.isArray(candidate)) return [];
      if (index !== undefined) return [candidate[Number(index)]];
      if (every !== undefined) return candidate;
      return candidate.filter((element) =>
        select(element, `.${filtered?.trim()}`).some((found) => String(found) === wanted),
      );
    });
    STEP.lastIndex = start + step[0].length;
  }
  return current;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
