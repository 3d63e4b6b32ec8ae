import { type PropertyPath, Unknown, valueAt, valuesAt } from "./path.ts";
import type { StackResource } from "./stackRule.ts";

/**
 * Whether a resource names another in a property: by the engine's word where the value comes from it, else by the value that
 * the program wrote out on both sides.
 *
 * @param through such as `clusterName` or `virtualNetworkGateway1.id`; the engine knows the first part.
 * @param own the property of the other that holds the same value, if there is one.
 */
export function refersTo(one: StackResource, through: PropertyPath, other: StackResource, own?: PropertyPath): boolean {
  const [property = ""] = through.split(/[.[]/);
  if ((one.propertyDependencies[property] ?? []).some(({ urn }) => urn === other.urn)) return true;
  const value = own && valueAt(other.props, own);
  if (value === undefined || value instanceof Unknown) return false;
  return valuesAt(one.props, through).some((found) => found.value === value);
}

/** The resource of a type that a property of another comes from. */
export const sourceOf = (
  resource: StackResource,
  property: string,
  type: string,
  resources: readonly StackResource[],
): StackResource | undefined => {
  const urns = (resource.propertyDependencies[property] ?? []).map(({ urn }) => urn);
  return resources.find((each) => each.type === type && urns.includes(each.urn));
};
