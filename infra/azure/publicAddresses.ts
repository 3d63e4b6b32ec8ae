import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";

/** Every zone that an Azure location has: an address stands in one zone or in all three, in nothing between. */
const ALL_ZONES = ["1", "2", "3"];

/** A public address that outlives the loss of any zone, whichever of them the region's nodes stand in. */
export const zoneRedundantAddress = (
  name: string,
  { plan, group }: { plan: AzureRegionPlan; group: ResourceGroup },
  parent: ComponentResource,
): PublicIPAddress =>
  new PublicIPAddress(
    name,
    {
      resourceGroupName: group.name,
      location: plan.location,
      sku: { name: "Standard", tier: "Regional" },
      publicIPAllocationMethod: "Static",
      publicIPAddressVersion: "IPv4",
      zones: ALL_ZONES,
      tags: plan.tags,
    },
    { parent },
  );

/** The address itself, which Azure gives out at once as the allocation is static. */
export const addressOf = (address: PublicIPAddress): Output<string> =>
  address.ipAddress.apply((value) => {
    if (value === undefined) throw new Error("Azure reports no address for a static public IP address");
    return value;
  });
