import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import type { AzureNetwork } from "./network.ts";

/** Azure's services that a region reaches privately: their name for the endpoint's target, and the zone that must answer for it. */
const SERVICES = {
  vault: { groupId: "vault", zone: "privatelink.vaultcore.azure.net" },
  blob: { groupId: "blob", zone: "privatelink.blob.core.windows.net" },
} as const;

/**
 * A private way from the region's network to one service: an address in the endpoint subnet, and a private DNS zone, known in
 * this network only, in which the service's usual name resolves to that address.
 */
export class AzurePrivateEndpoint extends ComponentResource {
  constructor(
    name: string,
    args: {
      plan: AzureRegionPlan;
      group: ResourceGroup;
      network: AzureNetwork;
      service: keyof typeof SERVICES;
      /** Id of the vault or storage account. */
      target: Input<string>;
    },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:PrivateEndpoint", name, {}, opts);
    const { plan, group, network } = args;
    const service = SERVICES[args.service];
    const child = { parent: this };
    const endpoint = new PrivateEndpoint(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        subnet: { id: network.endpointSubnetId },
        privateLinkServiceConnections: [
          { name: args.service, privateLinkServiceId: args.target, groupIds: [service.groupId] },
        ],
        tags: plan.tags,
      },
      child,
    );
    const zone = new PrivateZone(
      `${name}-zone`,
      { resourceGroupName: group.name, privateZoneName: service.zone, location: "Global", tags: plan.tags },
      child,
    );
    new VirtualNetworkLink(
      `${name}-link`,
      {
        resourceGroupName: group.name,
        privateZoneName: zone.name,
        virtualNetworkLinkName: plan.name,
        location: "Global",
        virtualNetwork: { id: network.id },
        registrationEnabled: false,
        tags: plan.tags,
      },
      child,
    );
    new PrivateDnsZoneGroup(
      `${name}-records`,
      {
        resourceGroupName: group.name,
        privateEndpointName: endpoint.name,
        privateDnsZoneGroupName: "default",
        privateDnsZoneConfigs: [{ name: args.service, privateDnsZoneId: zone.id }],
      },
      child,
    );
    this.registerOutputs({});
  }
}
