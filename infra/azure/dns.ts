import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";

/** The region's private DNS zone, which its own network resolves. */
export class AzureDns extends ComponentResource {
  readonly zoneName: Output<string>;

  constructor(
    name: string,
    args: { plan: AzureRegionPlan; group: ResourceGroup; network: Output<string> },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:Dns", name, {}, opts);
    const { plan, group } = args;
    const zone = new PrivateZone(
      `${name}-zone`,
      { resourceGroupName: group.name, privateZoneName: plan.privateZone, location: "Global", tags: plan.tags },
      { parent: this },
    );
    new VirtualNetworkLink(
      `${name}-link`,
      {
        resourceGroupName: group.name,
        privateZoneName: zone.name,
        virtualNetworkLinkName: plan.name,
        location: "Global",
        virtualNetwork: { id: args.network },
        // Node names are of no use to anyone; records are written by whoever runs the service.
        registrationEnabled: false,
        tags: plan.tags,
      },
      { parent: this },
    );
    this.zoneName = zone.name;
    this.registerOutputs({ zoneName: this.zoneName });
  }
}
