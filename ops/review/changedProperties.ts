import { valueAt } from "../drift.ts";
import type { PropertyChange } from "./model.ts";
import { related } from "./paths.ts";
import { diffValues } from "./propertyDiff.ts";
import type { Redactor, Shown } from "./redaction.ts";
import { compare, type ResourceStep } from "./steps.ts";

/** What differs of a resource: of its inputs, and of its outputs where the provider says that they do. Those that force a replacement come first. */
export function changedProperties(step: ResourceStep, redactor: Redactor): PropertyChange[] {
  if (step.action === "create" || step.action === "delete" || step.action === "forget") return [];
  const { old, new: made, type } = step;
  const before = redactor.properties(type, old?.inputs ?? {});
  const after = redactor.properties(type, made?.inputs ?? {});
  const reported = [...step.differs.keys()];
  const found = diffValues(before, after, "", (path) => reported.some((other) => related(path, other)));
  // What the provider alone knows: computed properties, or a default of its own.
  const others = reported
    .filter((path) => !path.startsWith("__") && !found.some((change) => related(change.path, path)))
    .flatMap((path) => {
      const outputs = redactor.properties(type, old?.outputs ?? {});
      const side = step.differs.get(path)?.inputs === true ? before : outputs;
      return diffValues(valueAtShown(side, path), valueAtShown(after, path), path, () => true);
    });
  return marked(
    [...found, ...others, ...protection(step)].filter(({ path }) => path !== ""),
    step,
  );
}

const valueAtShown = (properties: Shown, path: string): Shown => valueAt(properties, path) as Shown;

/** Pulumi's own protection is no property, but a reviewer must see it go. */
function protection({ old, new: made }: ResourceStep): PropertyChange[] {
  const [from, to] = [old?.protect === true, made?.protect === true];
  return from === to ? [] : [{ path: "(protect)", change: "changed", from: String(from), to: String(to) }];
}

function marked(changes: PropertyChange[], step: ResourceStep): PropertyChange[] {
  if (step.action !== "replace") return changes;
  const forcing = [...step.differs].flatMap(([path, { forces }]) => (forces ? [path] : []));
  const paths = forcing.length > 0 ? forcing : step.forcing;
  return changes
    .map((change) => (paths.some((path) => related(change.path, path)) ? { ...change, forces: true as const } : change))
    .toSorted((a, b) => Number(b.forces ?? false) - Number(a.forces ?? false) || compare(a.path, b.path));
}
