/**
 * A property of a resource, such as `encryption.defaultKmsKeyName` or `rules[].kmsMasterKeyId`: names joined by dots,
 * `[]` behind a list for each of its elements.
 */
export type PropertyPath = string;

/** Stands for a value that `preview` cannot know, because it comes from a resource that does not exist yet. */
export class Unknown {
  /** What the policy SDK threw when the value was read. */
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}

/** What stands at one place that a path leads to. */
export interface Found {
  /** The place itself: `rules[1].kmsMasterKeyId`. */
  at: string;
  /** `undefined` where the property or something above it is missing, an `Unknown` where it cannot be known. */
  value: unknown;
}

/** Everything that a path leads to. A missing or empty list is one place with `undefined`, so that no demand on its elements is met by having none. */
export function valuesAt(properties: unknown, path: PropertyPath): Found[] {
  return follow(properties, path.split("."), "");
}

/** What stands at the one place that a path without lists leads to. */
export const valueAt = (properties: unknown, path: PropertyPath): unknown => valuesAt(properties, path)[0]?.value;

/** The known values that a path leads to. */
export const knownAt = (properties: unknown, path: PropertyPath): unknown[] =>
  valuesAt(properties, path)
    .map(({ value }) => value)
    .filter((value) => value !== undefined && !(value instanceof Unknown));

function follow(value: unknown, segments: string[], at: string): Found[] {
  const [segment, ...rest] = segments;
  if (segment === undefined || value === undefined || value instanceof Unknown)
    return [{ at: join(at, segments), value }];
  const isList = segment.endsWith("[]");
  const name = isList ? segment.slice(0, -2) : segment;
  const member = read(value, name);
  if (!isList) return follow(member, rest, join(at, [name]));
  if (member instanceof Unknown) return [{ at: join(at, segments), value: member }];
  if (!Array.isArray(member) || member.length === 0) return [{ at: join(at, segments), value: undefined }];
  return Array.from({ length: member.length }, (_, index) =>
    follow(read(member, index), rest, join(at, [`${name}[${index}]`])),
  ).flat();
}

function read(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    return Reflect.get(value, key) ?? undefined;
  } catch (error) {
    if (isUnknownValueError(error)) return new Unknown(error);
    throw error;
  }
}

/** A place as `valuesAt` writes it, from the names and positions that lead there: `rules[1].kmsMasterKeyId`. */
export const placeOf = (keys: readonly PropertyKey[]): string =>
  keys
    .map((key, index) => (/^\d+$/.test(String(key)) ? `[${String(key)}]` : `${index > 0 ? "." : ""}${String(key)}`))
    .join("");

const join = (at: string, segments: string[]): string => [at, ...segments].filter(Boolean).join(".");

/**
 * Whether this is what the policy SDK throws where a property that cannot be known yet is read. The SDK exports the class
 * without its type, so it is told by the field that it alone has.
 */
export const isUnknownValueError = (error: unknown): error is Error & { props: PropertyKey[] } =>
  error instanceof Error && "unknownTypeSentinel" in error && "props" in error;
