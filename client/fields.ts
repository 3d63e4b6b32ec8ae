import type { KubernetesObject } from "./client.ts";

/** A set of fields as the API server records it in `managedFields` (Kubernetes documentation, "Server-Side Apply"). */
type FieldSet = { [key: string]: FieldSet };

/** One step of a path into an object: the name of a field. */
export type Path = readonly string[];

/**
 * The manager that applies an object as a whole, such as Pulumi's: of all that have applied it, the one that owns `path`,
 * else the only one. Undefined when there is none, or several and none of them owns it.
 */
export function applierOf(object: KubernetesObject, path: Path): string | undefined {
  const appliers = (object.metadata.managedFields ?? []).filter(
    ({ operation, subresource }) => operation === "Apply" && (subresource ?? "") === "",
  );
  const owner = appliers.find(({ fieldsV1 }) => owns(fieldsV1 as FieldSet | undefined, path));
  return owner?.manager ?? (appliers.length === 1 ? appliers[0]?.manager : undefined);
}

function owns(fields: FieldSet | undefined, path: Path): boolean {
  let set = fields;
  for (const name of path) {
    if (set === undefined) return false;
    // An empty set stands for the value as a whole.
    if (Object.keys(set).length === 0) return true;
    set = set[`f:${name}`];
  }
  return set !== undefined;
}

/**
 * The part of a live object that `manager` has applied, with the values that it has now. Applied again under the manager's
 * name it changes nothing and makes no second owner; with one value changed, it changes just that one.
 *
 * Carries the version that was read, so that a change in between is refused instead of overwritten.
 */
export function appliedBy<Item extends KubernetesObject>(object: Item, manager: string): Item {
  const { name, namespace, resourceVersion, managedFields = [] } = object.metadata;
  const sets = managedFields.filter(
    (entry) => entry.manager === manager && entry.operation === "Apply" && (entry.subresource ?? "") === "",
  );
  const fields = sets.reduce<FieldSet>((all, { fieldsV1 }) => union(all, (fieldsV1 ?? {}) as FieldSet), {});
  const { metadata, ...own } = project(object, fields) as Partial<Item>;
  return {
    ...own,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  } as Item;
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const all = { ...a };
  for (const [key, set] of Object.entries(b)) all[key] = union(all[key] ?? {}, set);
  return all;
}

/** The members of a value that a set names: `f:<field>`, `k:<keys of a list item>`, `v:<value>`, `i:<index>`; `.` is the value itself. */
function project(value: unknown, fields: FieldSet): unknown {
  const members = Object.entries(fields).filter(([key]) => key !== ".");
  if (Array.isArray(value)) return members.length === 0 ? leaf(value, fields) : projectList(value, members);
  if (typeof value !== "object" || value === null) return value;
  if (members.length === 0) return leaf(value, fields);
  const object = value as Record<string, unknown>;
  return Object.fromEntries(
    members.flatMap(([key, set]) => {
      const name = key.slice("f:".length);
      // A field that somebody has removed since is not there to be applied.
      return key.startsWith("f:") && name in object ? [[name, project(object[name], set)]] : [];
    }),
  );
}

/** Nothing at all: the value belongs to the manager as a whole. Only `.`: that it is there, but nothing inside. */
const leaf = (value: object, fields: FieldSet): unknown => {
  if (!("." in fields)) return value;
  return Array.isArray(value) ? [] : {};
};

/** In the order of the live list: for some lists it has a meaning. */
function projectList(list: readonly unknown[], members: [string, FieldSet][]): unknown[] {
  return list.flatMap((item, index) => {
    const found = members.find(([key]) => isItem(key, item, index));
    if (found === undefined) return [];
    // Keys that tell items apart are fields of the set too, but for those that the server filled in by itself.
    return [project(item, found[1])];
  });
}

function isItem(key: string, item: unknown, index: number): boolean {
  const text = key.slice(2);
  if (key.startsWith("i:")) return Number(text) === index;
  if (key.startsWith("v:")) return JSON.stringify(item) === JSON.stringify(JSON.parse(text));
  if (!key.startsWith("k:") || typeof item !== "object" || item === null) return false;
  const live = item as Record<string, unknown>;
  return Object.entries(JSON.parse(text) as Record<string, unknown>).every(([name, value]) => live[name] === value);
}
