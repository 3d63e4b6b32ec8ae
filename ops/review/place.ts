import { placeOf, urnParts } from "../state.ts";
import type { ResourceStep } from "./steps.ts";

/** Where a resource belongs: its region, its cloud and the component that makes it. */
export interface Place {
  region: string;
  cloud: string;
  component: string;
}

/** A resource's place, from its URN and its parent's. */
export function placeOfStep(step: ResourceStep): Place {
  // A provider belongs to its cloud, whoever made the type.
  const { cloud, region } = placeOf({ urn: step.urn, type: step.type.replace(/^pulumi:providers:([\w-]+)$/, "$1:") });
  const parent = step.new?.parent || step.old?.parent;
  return { cloud, region, component: componentName(parent, region) };
}

/** A component's name without the region that it begins with. */
function componentName(parent: string | undefined, region: string): string {
  if (parent === undefined || parent === "") return "stack";
  const { name, type } = urnParts(parent);
  if (type === "pulumi:pulumi:Stack") return "stack";
  if (name === region) return "region";
  return name.startsWith(`${region}-`) ? name.slice(region.length + 1) : name;
}
