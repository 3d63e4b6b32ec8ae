import { isDeepStrictEqual } from "node:util";
import { placeOf, urnParts } from "../state.ts";
import type { DriftedResource, PropertyChange } from "./model.ts";
import { related } from "./paths.ts";
import { diffValues } from "./propertyDiff.ts";
import type { Redactor } from "./redaction.ts";
import type { Observed, Refreshed } from "./steps.ts";

/** What the refresh before the preview found otherwise than Pulumi had left it. */
export function driftReport(observed: Observed, redactor: Redactor): DriftedResource[] {
  const changed = new Set(observed.steps.map(({ urn }) => urn));
  return observed.refreshed.flatMap((refreshed) => {
    const { urn, type } = refreshed;
    const properties = driftedProperties(refreshed, redactor);
    const deleted = refreshed.new === undefined;
    if (properties.length === 0 && !deleted) return [];
    const { region } = placeOf(refreshed);
    return [{ urn, type, name: urnParts(urn).name, region, deleted, properties, repaired: changed.has(urn) }];
  });
}

/** Inputs first: an output that follows from one of them, or that the cloud counts by itself, is no drift of its own. */
function driftedProperties({ type, old, new: found, differs }: Refreshed, redactor: Redactor): PropertyChange[] {
  // Secrets are all alike here: of those only the provider knows whether they differ.
  if (found === undefined || (differs.length === 0 && isDeepStrictEqual(old.inputs, found.inputs))) return [];
  const before = redactor.properties(type, old.inputs ?? {});
  const after = redactor.properties(type, found.inputs ?? {});
  const changes = diffValues(before, after, "", (path) => differs.some((other) => related(path, other)));
  return changes.filter(({ change }) => change !== "reordered");
}

/** Whether a change only takes back what was changed outside: the refresh found something else than what it makes and Pulumi had left. */
export function repairs(urn: string, made: unknown, refreshed: readonly Refreshed[]): boolean {
  const found = refreshed.find((candidate) => candidate.urn === urn);
  // Secrets are all alike here: without a difference that was found, a new secret would pass for the old one.
  return (
    found !== undefined &&
    !isDeepStrictEqual(found.old.inputs, found.new?.inputs) &&
    isDeepStrictEqual(found.old.inputs, made)
  );
}
