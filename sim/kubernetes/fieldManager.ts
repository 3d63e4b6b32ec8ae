import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { appliedBy } from "../../client/fields.ts";
import { ApiError } from "../../client/problem.ts";
import { ProviderError } from "../server/simulator.ts";
import { isObject } from "../server/values.ts";
import type { Properties } from "../service.ts";
import type { Manifest } from "./cluster.ts";
import { at, drop, parsePath, put, text } from "./fields.ts";

/** Where the state notes who applied an object. */
export const FIELD_MANAGER = "__fieldManager";

/**
 * The name under which an object is applied: what its annotation says, what the state says, else one made from the URN.
 * The real provider draws it by lot; made from the URN, it is the same again after a creation that was killed half-way,
 * so that adopting the object meets no conflict with oneself.
 */
export function fieldManager(urn: string, manifest: unknown, state: Properties): string {
  const named = text(manifest, "metadata", "annotations", "pulumi.com/patchFieldManager") || text(state, FIELD_MANAGER);
  return named || `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

/**
 * What to apply when some fields are to be ignored. A field that another manager holds alone is left out, so that it stays
 * theirs; one that we hold too is sent as it is, since leaving it out would remove it. Paths that lead through a list have
 * no effect, as in the real provider: ignore the whole list.
 */
export function withoutIgnored(
  manifest: Manifest,
  live: Manifest,
  manager: string,
  ignoreChanges: readonly string[],
): Manifest {
  const result = structuredClone(manifest);
  const managed = live.metadata.managedFields ?? [];
  const ours = managed.filter((entry) => entry.manager === manager && entry.operation === "Apply");
  const theirs = managed.filter((entry) => !ours.includes(entry));
  for (const ignored of ignoreChanges) {
    const path = parsePath(ignored);
    if (!path.every((key) => typeof key === "string" && key !== "*")) continue;
    const keys = path.map(String);
    const holds = (entry: { fieldsV1?: object }) => holdsField(entry.fieldsV1, keys);
    const value = at(live, ...keys);
    if (theirs.some(holds) && !ours.some(holds)) drop(result, keys);
    else if (value !== undefined) put(result, keys, value);
  }
  return result;
}

/** Whether a set of managed fields (FieldsV1) has a field, or something below it. */
const holdsField = (fields: unknown, path: readonly string[]): boolean =>
  at(fields, ...path.map((key) => `f:${key}`)) !== undefined;

/**
 * Whether applying an object would change nothing, for certain: its manager has applied just these fields, and they have these
 * values still. An API server needs far longer to find that out. False where values may be the same in other words.
 */
export function isApplied(manifest: Manifest, live: Manifest, manager: string): boolean {
  const { metadata, ...applied } = appliedBy(live, manager);
  const { resourceVersion: _, ...own } = metadata;
  return isDeepStrictEqual({ ...applied, metadata: own }, manifest);
}

/** The names of those who hold a field in conflict with us, and the field, from the server's answer. */
function conflicts(error: ApiError): { manager: string; field: string }[] {
  return (error.status?.details?.causes ?? [])
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ message = "", field = "" }) => ({ manager: /"([^"]+)"/.exec(message)?.[1] ?? message, field }));
}

export const isFieldConflict = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.code === 409 && conflicts(error).length > 0;

/** Says who holds which fields and what can be done. */
export function conflictError(error: ApiError, manifest: Manifest, manager: string): ProviderError {
  const { namespace, name } = manifest.metadata;
  const held = conflicts(error).map(({ manager: other, field }) => `${field} is held by "${other}"`);
  return new ProviderError(
    `Server-Side Apply field conflict detected: ${manifest.kind} ${namespace === undefined ? name : `${namespace}/${name}`} ` +
      `is applied as "${manager}", but ${held.join(", ")}. To do: leave the fields to their manager with ignoreChanges, ` +
      'or take them over with the annotation pulumi.com/patchForce: "true"',
  );
}

/** Whether fields of others are taken over. */
export const isForced = (manifest: unknown, enablePatchForce: boolean): boolean => {
  const annotation = text(manifest, "metadata", "annotations", "pulumi.com/patchForce");
  return annotation === "" ? enablePatchForce : annotation === "true";
};

/** What the server makes of an object by itself; no part of what anybody wants. */
const SERVERS_OWN = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

/** An object without what the server alone decides. */
export function wanted(object: Manifest): Properties {
  const { status: _, metadata, ...rest } = object;
  if (!isObject(metadata)) return rest;
  return {
    ...rest,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVERS_OWN.includes(key))),
  };
}
