import { isDeepStrictEqual } from "node:util";
import { asDocument } from "./documents.ts";
import type { PropertyChange } from "./model.ts";
import { Sealed, type Shown, type ShownObject, Unknown } from "./redaction.ts";
import { changedPart, shown } from "./shownValue.ts";

/** Says of a property that the engine has masked on both sides whether it differs. */
type Differs = (path: string) => boolean;

/**
 * What differs between two values, as small as it can be told: maps by key, lists by element, JSON and YAML in texts by what
 * they say. Elements of lists are matched by what names them, so one more at the beginning is one more and no change of all.
 * @param differs asked where both sides are secret
 */
export function diffValues(before: Shown, after: Shown, path: string, differs: Differs): PropertyChange[] {
  if (before === undefined && after === undefined) return [];
  if (isWhole(before) || isWhole(after)) return sealedChange(before, after, path, differs);
  if (after instanceof Unknown) {
    return before instanceof Unknown
      ? []
      : [{ ...changeOf(before, undefined, path), change: kindOf(before, after), unknown: true }];
  }
  if (before === undefined || after === undefined || before instanceof Unknown) return leaves(before, after, path);
  if (before instanceof Sealed || after instanceof Sealed) {
    return identity(before) === identity(after) ? [] : [{ ...changeOf(before, after, path), secret: true }];
  }
  if (isList(before) && isList(after)) return diffLists(before, after, path, differs);
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path, differs);
  if (isDeepStrictEqual(before, after)) return [];
  if (typeof before === "string" && typeof after === "string") {
    const [old, made] = [asDocument(before), asDocument(after)];
    if (old !== undefined && made !== undefined) {
      const inside = diffValues(old, made, "", differs).map((change) => ({
        ...change,
        path: `${path} → ${change.path}`,
      }));
      // The same document, written otherwise.
      return inside.length > 0 ? inside : [{ path, change: "reordered" }];
    }
  }
  return [changeOf(before, after, path)];
}

function sealedChange(before: Shown, after: Shown, path: string, differs: Differs): PropertyChange[] {
  const known = before instanceof Sealed && after instanceof Sealed;
  if (
    known &&
    (before.identity === undefined || after.identity === undefined
      ? !differs(path)
      : before.identity === after.identity)
  )
    return [];
  return [{ path, change: kindOf(before, after), secret: true }];
}

function diffObjects(before: ShownObject, after: ShownObject, path: string, differs: Differs): PropertyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys.flatMap((key) => diffValues(before[key], after[key], childPath(path, key), differs));
}

/** Properties that name an element among others, the most telling first. */
const NAMES = ["name", "key", "id", "cidrBlock", "cidrIp", "addressPrefix", "zone", "sid", "path"];

function diffLists(
  before: readonly Shown[],
  after: readonly Shown[],
  path: string,
  differs: Differs,
): PropertyChange[] {
  const name = NAMES.find((candidate) => names(before, candidate) && names(after, candidate));
  if (name !== undefined) {
    const [old, made] = [byName(before, name), byName(after, name)];
    const keys = [...new Set([...old.keys(), ...made.keys()])];
    const changes = keys.flatMap((key) => diffValues(old.get(key), made.get(key), `${path}[${name}=${key}]`, differs));
    return changes.length > 0 || isDeepStrictEqual([...old.keys()], [...made.keys()])
      ? changes
      : [{ path, change: "reordered" }];
  }
  const gone = unmatched(before, after);
  const added = unmatched(after, before);
  if (gone.length === 0 && added.length === 0) {
    // Secrets of the engine's equal each other, so a list of them shows no difference by itself.
    const secret = before.some((value) => value instanceof Sealed) && differs(path);
    if (secret) return [{ path, change: "changed", secret: true }];
    return isDeepStrictEqual(before, after) ? [] : [{ path, change: "reordered" }];
  }
  const plain = (values: { value: Shown }[]) => values.every(({ value }) => !isList(value) && !isObject(value));
  if (plain(gone) && plain(added) && gone.length !== added.length) {
    return [
      ...gone.flatMap(({ value, index }) => diffValues(value, undefined, `${path}[${index}]`, differs)),
      ...added.flatMap(({ value, index }) => diffValues(undefined, value, `${path}[${index}]`, differs)),
    ];
  }
  // What is left over belongs together in the order in which it stands.
  return Array.from({ length: Math.max(gone.length, added.length) }, (_, place) => {
    const [old, made] = [gone[place], added[place]];
    return diffValues(old?.value, made?.value, `${path}[${(made ?? old)?.index}]`, differs);
  }).flat();
}

const names = (values: readonly Shown[], key: string): boolean => {
  const found = values.map((value) => (isObject(value) && typeof value[key] === "string" ? value[key] : undefined));
  return values.length > 0 && !found.includes(undefined) && new Set(found).size === values.length;
};

const byName = (values: readonly Shown[], key: string): Map<string, Shown> =>
  new Map(values.map((value) => [String((value as ShownObject)[key]), value]));

/** Elements that the other list does not hold as often. */
function unmatched(values: readonly Shown[], others: readonly Shown[]): { value: Shown; index: number }[] {
  const rest = [...others];
  return values.flatMap((value, index) => {
    const place = rest.findIndex((other) => isDeepStrictEqual(other, value));
    if (place < 0) return [{ value, index }];
    rest.splice(place, 1);
    return [];
  });
}

/** Longer ones are told by their parts. */
const LONGEST_WHOLE = 100;

/** What is new or gone: in one piece where it is short, else each of its parts. */
function leaves(before: Shown, after: Shown, path: string): PropertyChange[] {
  const value = after === undefined ? before : after;
  const parts = isList(value)
    ? value.map((member, index) => [`${path}[${index}]`, member] as const)
    : isObject(value)
      ? Object.entries(value).map(([key, member]) => [childPath(path, key), member] as const)
      : [];
  if (parts.length === 0 || shown(value).length <= LONGEST_WHOLE) {
    const secret = holdsSealed(value) ? { secret: true as const } : {};
    return [{ ...changeOf(before, after, path), ...secret }];
  }
  return parts.flatMap(([at, member]) =>
    after === undefined ? leaves(member, undefined, at) : leaves(undefined, member, at),
  );
}

function holdsSealed(value: Shown): boolean {
  if (value instanceof Sealed) return true;
  if (isList(value)) return value.some(holdsSealed);
  return isObject(value) && Object.values(value).some(holdsSealed);
}

function changeOf(before: Shown, after: Shown, path: string): PropertyChange {
  const change = kindOf(before, after);
  const [from, to] = changedPart(before, after);
  return {
    path,
    change,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(before instanceof Unknown ? { unknown: true as const } : {}),
  };
}

const kindOf = (before: Shown, after: Shown): PropertyChange["change"] =>
  before === undefined ? "added" : after === undefined ? "removed" : "changed";

/** A path in the engine's syntax. */
export const childPath = (path: string, key: string): string => {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
};

const isWhole = (value: Shown): value is Sealed => value instanceof Sealed && value.whole;
const identity = (value: Shown): unknown => (value instanceof Sealed ? value.identity : value);
export const isList = (value: Shown): value is readonly Shown[] => Array.isArray(value);
export const isObject = (value: Shown): value is ShownObject =>
  typeof value === "object" &&
  value !== null &&
  !isList(value) &&
  !(value instanceof Sealed) &&
  !(value instanceof Unknown);
