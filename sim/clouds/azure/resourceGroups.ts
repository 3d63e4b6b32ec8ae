import type { ResourceGroup, ResourceGroupArgs } from "@pulumi/azure-native/resources/resourceGroup.js";
import { refuse, service } from "../../service.ts";
import { groupId, same } from "./ids.ts";
import { isLocation, locationNames, normalise } from "./locations.ts";
import { checkLocks } from "./locks.ts";
import { checkTags } from "./tags.ts";

export const resourceGroup = service<ResourceGroupArgs, ResourceGroup>("azure-native:resources:ResourceGroup", {
  replaceOn: ["resourceGroupName", "location"],
  naming: {
    property: "resourceGroupName",
    pattern: /^[-\p{L}\p{N}_.()]*[-\p{L}\p{N}_()]$/u,
    allowed: "letters, digits, '-', '.', '(', ')' and '_', without a full stop at its end (InvalidResourceGroup)",
    maxLength: 90,
  },
  references: (state) => [state.name],
  create: (input, world) => {
    const name = input.resourceGroupName ?? "";
    const location =
      input.location ?? refuse("LocationRequired", "The location property is required for this definition.");
    if (!isLocation(location)) {
      refuse(
        "LocationNotAvailableForResourceGroup",
        `The provided location '${location}' is not available for resource group. List of available regions is '${locationNames()}'.`,
      );
    }
    const existing = world
      .all(resourceGroup)
      .find((group) => group.account === world.account && same(group.state.name, name));
    if (existing !== undefined) {
      if (existing.region !== normalise(location)) {
        refuse(
          "InvalidResourceGroupLocation",
          `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.region}'.`,
        );
      }
      refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
    }
    checkTags(input.tags);
    return {
      id: groupId(world, name),
      azureApiVersion: "2025-04-01",
      location: normalise(location),
      name,
      properties: { provisioningState: "Succeeded" },
      type: "Microsoft.Resources/resourceGroups",
    };
  },
  update: (input, current, world) => {
    checkLocks(world, current.id, "write");
    checkTags(input.tags);
    return {};
  },
  remove: (group, world) => {
    checkLocks(world, group.id, "delete");
    // Azure would delete the contents first. Here what is left over is a resource that somebody lost, and must be seen.
    const held = world
      .usersOf(group)
      .filter((resource) => same(String(resource.inputs.resourceGroupName), group.state.name));
    if (held.length > 0) {
      refuse(
        "ResourceGroupDeletionBlocked",
        `Deletion of resource group '${group.state.name}' failed as resources with identifiers '${held.map((resource) => resource.id).join(", ")}' could not be deleted. The provisioning state of the resource group will be rolled back.`,
      );
    }
  },
  seconds: { create: 2, update: 1, remove: 20 },
});
