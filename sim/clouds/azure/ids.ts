import type { Service, Stored } from "../../service.ts";
import type { World } from "../../world.ts";

/** A resource id of Azure Resource Manager, taken apart. Ids are compared without regard to case. */
export interface ArmId {
  subscription: string;
  group: string | undefined;
  /** Full type, such as `Microsoft.Network/virtualNetworks/subnets`. */
  type: string;
  /** Name of the last part. */
  name: string;
}

/** Reads an id. Undefined unless it is one. */
export function parseId(id: string): ArmId | undefined {
  const parts = id.split("/");
  if (parts[0] !== "" || parts[1]?.toLowerCase() !== "subscriptions" || !parts[2] || parts.at(-1) === "")
    return undefined;
  const grouped = parts[3]?.toLowerCase() === "resourcegroups";
  const group = grouped ? parts[4] : undefined;
  // An extension resource, such as a role assignment, stands behind the id of what it extends.
  const from = parts.map((part) => part.toLowerCase()).lastIndexOf("providers");
  if (from < 0) {
    if (parts.length !== 5 || group === undefined) return undefined;
    return { subscription: parts[2], group, type: "Microsoft.Resources/resourceGroups", name: group };
  }
  const [namespace, ...rest] = parts.slice(from + 1);
  const name = rest.at(-1);
  if (namespace === undefined || name === undefined || rest.length % 2 !== 0) return undefined;
  const type = [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
  return { subscription: parts[2], group, type, name };
}

export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether an id is `scope` or below it. */
export const isWithin = (scope: string, id: string): boolean =>
  same(scope, id) || id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);

export const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

/** The id that `parts` levels above this one has: a level is a type and a name. */
export const parentOf = (id: string): string => id.split("/").slice(0, -2).join("/");

export const groupId = (world: World, group: string): string =>
  `/subscriptions/${world.account}/resourceGroups/${group}`;

/** The resource with an id, whatever its case. */
export function find<Outputs>(
  world: World,
  service: Service<Outputs>,
  id: string | undefined,
): Stored<Outputs> | undefined {
  if (id === undefined) return undefined;
  return world.get(service, id) ?? world.all(service).find((candidate) => same(candidate.id, id));
}

/** The resources of a type whose ids are directly below a parent's. */
export const childrenOf = <Outputs>(world: World, service: Service<Outputs>, parent: string): Stored<Outputs>[] =>
  world.all(service).filter((child) => same(parentOf(child.id), parent));
