import { refuse, type Service, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { find, groupId, nameOf, parseId, same } from "./ids.ts";
import { isLocation, locationNames, normalise } from "./locations.ts";
import { checkLocks } from "./locks.ts";
import { resourceGroup } from "./resourceGroups.ts";
import { checkTags } from "./tags.ts";

/** What Resource Manager sees to before a resource provider is asked, the same for every type. */

interface Placed {
  resourceGroupName: string;
  location?: string | undefined;
  tags?: Record<string, string> | undefined;
}

/** What every resource has. */
export interface Identity {
  id: string;
  name: string;
  type: string;
  location: string;
}

/** The group of a request. Refuses when it does not exist. */
export function groupOf(world: World, name: string) {
  const group = world.all(resourceGroup).find((each) => each.account === world.account && same(each.state.name, name));
  return group ?? refuse("ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
}

/**
 * Admits a new resource of a group: the group must exist, the location must be one, tags must be valid, no lock may stand
 * against it, and nothing of that type may have its name.
 */
export function newResource(
  world: World,
  service: Service,
  type: string,
  input: Placed,
  name: string | undefined,
): Identity {
  const group = groupOf(world, input.resourceGroupName);
  const wanted = input.location ?? group.region;
  if (!isLocation(wanted)) {
    refuse(
      "LocationNotAvailableForResourceType",
      `The provided location '${wanted}' is not available for resource type '${type}'. List of available regions for the resource type is '${locationNames()}'.`,
    );
  }
  return admitted(world, service, type, input, name, normalise(wanted));
}

/** Like `newResource`, for the types that stand in no location: they demand `Global`. */
export function newGlobalResource(
  world: World,
  service: Service,
  type: string,
  input: Placed,
  name: string | undefined,
): Identity {
  groupOf(world, input.resourceGroupName);
  const wanted = input.location ?? "global";
  if (normalise(wanted) !== "global") {
    refuse(
      "LocationNotAvailableForResourceType",
      `The provided location '${wanted}' is not available for resource type '${type}'. List of available regions for the resource type is 'global'.`,
    );
  }
  return admitted(world, service, type, input, name, "global");
}

/** Admits a new resource below another of the same group. `parentService` and `parentName` name the one it belongs to. */
export function newChild<Outputs>(
  world: World,
  service: Service,
  type: string,
  input: { resourceGroupName: string; tags?: Record<string, string> | undefined },
  parentService: Service<Outputs>,
  parentName: string,
  name: string | undefined,
): { child: Identity; parent: Stored<Outputs> } {
  groupOf(world, input.resourceGroupName);
  const levels = type.split("/");
  const parentType = levels.slice(0, -1).join("/");
  const parentId = `${groupId(world, input.resourceGroupName)}/providers/${parentType}/${parentName}`;
  const parent =
    find(world, parentService, parentId) ??
    refuse(
      "ParentResourceNotFound",
      `Failed to perform 'write' on resource(s) of type '${type.slice(type.indexOf("/") + 1)}', because the parent resource '${parentId}' could not be found.`,
    );
  checkTags(input.tags);
  const id = `${parent.id}/${levels.at(-1)}/${name}`;
  checkNew(world, service, id);
  return { child: { id, name: name ?? "", type, location: parent.region }, parent };
}

/** Admits a change: no lock may stand against it. */
export function changeable(world: World, id: string, input: { tags?: Record<string, string> | undefined }): void {
  checkLocks(world, id, "write");
  checkTags(input.tags);
}

/** Admits a deletion. */
export const deletable = (world: World, id: string): void => checkLocks(world, id, "delete");

/** Refuses a deletion while resources are nested in the one that is to go. */
export function refuseWhileNested(nested: readonly { id: string }[]): void {
  if (nested.length === 0) return;
  const ids = nested.map(({ id }) => id).join(", ");
  refuse(
    "CannotDeleteResource",
    `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${ids}'. Please delete all nested resources before deleting this resource.`,
  );
}

/**
 * Checks that a referenced resource exists, is of the right type and in `location`, as Microsoft.Network does.
 * `path` is where the reference stands in the request, such as `properties.subnet`.
 */
export function referenced<Outputs>(
  world: World,
  service: Service<Outputs>,
  reference: { id: string | undefined; type: string; path: string },
  by: Identity,
): Stored<Outputs> {
  const { id, type, path } = reference;
  const parsed = id === undefined ? undefined : parseId(id);
  if (id === undefined || parsed === undefined) {
    return refuse(
      "LinkedInvalidPropertyId",
      `Property id '${id ?? ""}' at path '${path}.id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    );
  }
  if (!same(parsed.type, type)) {
    refuse(
      "InvalidJsonReferenceWrongType",
      `Reference Id ${id} is referencing resource of a wrong type. The Id is expected to reference resources of type ${type.slice(type.indexOf("/") + 1)}. Path ${path}.`,
    );
  }
  const found = find(world, service, id);
  if (found === undefined || found.region !== by.location) {
    return refuse(
      "InvalidResourceReference",
      `Resource ${id} referenced by resource ${by.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  return found;
}

function admitted(
  world: World,
  service: Service,
  type: string,
  input: Placed,
  name: string | undefined,
  location: string,
): Identity {
  checkTags(input.tags);
  const id = `${groupId(world, input.resourceGroupName)}/providers/${type}/${name}`;
  checkNew(world, service, id, location);
  return { id, name: name ?? "", type, location };
}

function checkNew(world: World, service: Service, id: string, location?: string): void {
  checkLocks(world, id, "write");
  const existing = world.all(service).find((each) => same(each.id, id));
  if (existing === undefined) return;
  if (location !== undefined && existing.region !== location) {
    const group = parseId(id)?.group;
    refuse(
      "InvalidResourceLocation",
      `The resource '${nameOf(id)}' already exists in location '${existing.region}' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
    );
  }
  // The provider looks before it creates, since Azure's PUT would overwrite.
  refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
}
