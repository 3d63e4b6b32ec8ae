import { isObject } from "../server/values.ts";
import type { Properties } from "../service.ts";

export type Path = readonly (string | number)[];

/** The value at a path, or undefined where the path leads nowhere. */
export function at(value: unknown, ...path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (Array.isArray(current)) current = typeof key === "number" ? current[key] : undefined;
    else current = isObject(current) ? current[String(key)] : undefined;
  }
  return current;
}

export const text = (value: unknown, ...path: Path): string => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
};

export const number = (value: unknown, ...path: Path): number => Number(at(value, ...path) ?? 0);

export const list = (value: unknown, ...path: Path): unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** The condition of a type in `status.conditions`. */
export const condition = (object: unknown, type: string): unknown =>
  list(object, "status", "conditions").find((candidate) => text(candidate, "type") === type);

/** Sets the value at a path of keys and makes the objects on the way. */
export function put(object: Properties, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return;
  if (rest.length === 0) object[key] = value;
  else {
    const inner = isObject(object[key]) ? object[key] : {};
    object[key] = inner;
    put(inner, rest, value);
  }
}

export function drop(object: Properties, [key, ...rest]: readonly string[]): void {
  if (key === undefined) return;
  if (rest.length === 0) delete object[key];
  else if (isObject(object[key])) drop(object[key], rest);
}

/** A property path in the engine's syntax, such as `spec.a["x/y"][0].b[*]`; `*` stands for every element. */
export function parsePath(path: string): (string | number)[] {
  const parts = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g);
  return [...parts].map(([, quoted, index, plain]) => {
    if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
    if (index !== undefined) return index === "*" ? "*" : Number(index);
    return plain ?? "";
  });
}

/** What a live object holds of what somebody said of it: values that were never set, such as defaults, are left out. */
export function pruned(live: unknown, said: unknown): unknown {
  if (isObject(live) && isObject(said)) {
    return Object.fromEntries(
      Object.keys(said)
        .filter((key) => live[key] !== undefined)
        .map((key) => [key, pruned(live[key], said[key])]),
    );
  }
  if (Array.isArray(live) && Array.isArray(said)) {
    return live.map((element, index) => (index < said.length ? pruned(element, said[index]) : element));
  }
  return live;
}
