import type { PrivateZone, PrivateZoneArgs } from "@pulumi/azure-native/privatedns/privateZone.js";
import type { VirtualNetworkLink, VirtualNetworkLinkArgs } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newChild, newGlobalResource } from "./arm.ts";
import { childrenOf, find, nameOf, parentOf, same } from "./ids.ts";
import { normalise } from "./locations.ts";
import { etag, guid, systemData } from "./metadata.ts";
import { anyName, checkNetworkName, childName } from "./networkNames.ts";
import { virtualNetwork } from "./virtualNetworks.ts";

export const PRIVATE_ZONE = "Microsoft.Network/privateDnsZones";

/** Zones that belong to Azure itself. */
const RESERVED_ZONES = new Set([
  "azclient.ms",
  "azure.com",
  "cloudapp.net",
  "core.windows.net",
  "microsoft.com",
  "msidentity.com",
  "trafficmanager.net",
  "windows.net",
]);

export const privateZone: Service<OutputsOf<PrivateZone>> = service<PrivateZoneArgs, PrivateZone>(
  "azure-native:privatedns:PrivateZone",
  {
    replaceOn: ["privateZoneName", "resourceGroupName", "location"],
    naming: anyName("privateZoneName"),
    region: () => "global",
    create: (input, world) => {
      const name = input.privateZoneName ?? "";
      checkZoneName(name);
      const zone = newGlobalResource(world, privateZone, PRIVATE_ZONE, input, name);
      return {
        ...zone,
        azureApiVersion: "2024-06-01",
        etag: guid(world),
        internalId: Buffer.from(zone.id).toString("base64"),
        maxNumberOfRecordSets: 25_000,
        maxNumberOfVirtualNetworkLinks: 1_000,
        maxNumberOfVirtualNetworkLinksWithRegistration: 100,
        numberOfRecordSets: 1,
        numberOfVirtualNetworkLinks: 0,
        numberOfVirtualNetworkLinksWithRegistration: 0,
        provisioningState: "Succeeded",
        systemData: systemData(world),
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      return { etag: guid(world) };
    },
    remove: (zone, world) => {
      deletable(world, zone.id);
      const links = childrenOf(world, virtualNetworkLink, zone.id);
      if (links.length > 0) {
        refuse(
          "CannotDeleteResource",
          `Can not delete resource before nested resources are deleted. Some existing nested resource IDs include: '${links.map(({ id }) => id).join(", ")}'. Please delete all nested resources before deleting this resource.`,
        );
      }
    },
    seconds: { create: 30, update: 5, remove: 20 },
  },
);

export const virtualNetworkLink: Service<OutputsOf<VirtualNetworkLink>> = service<
  VirtualNetworkLinkArgs,
  VirtualNetworkLink
>("azure-native:privatedns:VirtualNetworkLink", {
  replaceOn: ["virtualNetworkLinkName", "privateZoneName", "resourceGroupName", "location", "virtualNetwork"],
  naming: childName("virtualNetworkLinkName"),
  region: () => "global",
  create: (input, world) => {
    const name = input.virtualNetworkLinkName ?? world.logicalName;
    checkNetworkName(name);
    if (normalise(input.location ?? "global") !== "global") {
      refuse(
        "LocationNotAvailableForResourceType",
        `The provided location '${input.location}' is not available for resource type '${PRIVATE_ZONE}/virtualNetworkLinks'. List of available regions for the resource type is 'global'.`,
      );
    }
    const { child, parent } = newChild(
      world,
      virtualNetworkLink,
      `${PRIVATE_ZONE}/virtualNetworkLinks`,
      input,
      privateZone,
      input.privateZoneName,
      name,
    );
    checkLink(child.id, parent.state.name, input.virtualNetwork?.id, input.registrationEnabled ?? false, world);
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      location: "global",
      azureApiVersion: "2024-06-01",
      etag: etag(world),
      provisioningState: "Succeeded",
      registrationEnabled: input.registrationEnabled ?? false,
      resolutionPolicy: input.resolutionPolicy ?? "Default",
      systemData: systemData(world),
      virtualNetworkLinkState: "Completed",
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    const zone = nameOf(parentOf(current.id));
    checkLink(current.id, zone, input.virtualNetwork?.id, input.registrationEnabled ?? false, world);
    return { etag: etag(world) };
  },
  remove: (link, world) => deletable(world, link.id),
  seconds: { create: 40, update: 10, remove: 30 },
});

function checkZoneName(name: string): void {
  const labels = name.split(".");
  const wellFormed = labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
  if (!wellFormed || labels.length < 2 || labels.length > 34 || name.length > 253) {
    refuse(
      "BadRequest",
      `The domain name '${name}' is invalid. The provided private zone name has between 2 and 34 labels of 1 to 63 letters, digits, hyphens and underscores, separated by full stops.`,
    );
  }
  if (RESERVED_ZONES.has(name.toLowerCase())) {
    refuse("BadRequest", `The zone name '${name}' is reserved and cannot be used for a private DNS zone.`);
  }
}

function checkLink(id: string, zone: string, networkId: string | undefined, registration: boolean, world: World): void {
  const network = find(world, virtualNetwork, networkId);
  if (networkId === undefined || network === undefined) {
    refuse("BadRequest", `The virtual network resource '${networkId ?? ""}' could not be found.`);
  }
  const links = world
    .all(virtualNetworkLink)
    .filter((other) => !same(other.id, id) && same(other.state.virtualNetwork?.id ?? "", networkId ?? ""));
  const twin = links.find((other) => same(parentOf(other.id), parentOf(id)));
  if (twin !== undefined) {
    refuse(
      "Conflict",
      `A virtual network can be linked to a zone once. The virtual network '${networkId}' is already linked by '${twin.id}'.`,
    );
  }
  const rival = links.find((other) => same(nameOf(parentOf(other.id)), zone));
  if (rival !== undefined) {
    refuse(
      "BadRequest",
      `A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual network with '${zone}' and '${nameOf(parentOf(rival.id))}' zones.`,
    );
  }
  const registering = links.find((other) => other.state.registrationEnabled === true);
  if (registration && registering !== undefined) {
    refuse(
      "Conflict",
      `A virtual network can only be linked to 1 Private DNS zone with auto-registration enabled. Conflicting Private DNS zone is '${nameOf(parentOf(registering.id))}'.`,
    );
  }
}
