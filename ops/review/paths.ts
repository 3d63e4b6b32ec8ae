import { childPath } from "./propertyDiff.ts";
import type { Redactor } from "./redaction.ts";

/** Paths of properties, as the engine writes them: `ingress[0].cidrBlocks`, `tags["a.b"]`. */

/** Whether one path leads to or into the other. */
export function related(path: string, other: string): boolean {
  const [a, b] = [namesIn(path), namesIn(other)];
  const length = Math.min(a.length, b.length);
  // A list's elements are named here and numbered by the engine: as far as the list they must agree.
  for (let index = 0; index < length; index++) {
    if (a[index] === undefined || b[index] === undefined) return a[index] === b[index];
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/** A path of the engine's in which no key is a secret, written as `diffValues` writes paths. */
export const safePath = (path: string, redactor: Redactor): string =>
  partsOf(path).reduce((made, part) => {
    const name = nameOf(part);
    return name === undefined ? `${made}${part}` : childPath(made, redactor.text(name));
  }, "");

const partsOf = (path: string): string[] => path.match(/\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]|[^.[\]]+/gs) ?? [];

/** The names on a path; undefined stands for an element of a list. */
const namesIn = (path: string): (string | undefined)[] => partsOf(path).map(nameOf);

function nameOf(part: string): string | undefined {
  if (!part.startsWith("[")) return part;
  if (!part.startsWith('["')) return undefined;
  try {
    return JSON.parse(part.slice(1, -1)) as string;
  } catch {
    // The engine escapes quotes alone: a key may hold a line end as it is.
    return part.slice(2, -2).replaceAll('\\"', '"');
  }
}
