import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";

/**
 * The region's managed identities, one for each thing that acts: they hold no secret that could leak, and are granted what
 * they need where it is created. None is granted anything on the resource group or above.
 */
export class AzureIdentities extends ComponentResource {
  /** The cluster's control plane. */
  readonly cluster: UserAssignedIdentity;
  /** The nodes. Needs no role: images come from public registries. */
  readonly kubelet: UserAssignedIdentity;
  /** What encrypts nodes' disks. */
  readonly disks: UserAssignedIdentity;
  /** What encrypts the storage accounts. */
  readonly storage: UserAssignedIdentity;
  /** What writes the network's flow logs. */
  readonly flowLogs: UserAssignedIdentity;

  constructor(name: string, args: { plan: AzureRegionPlan; group: ResourceGroup }, opts?: ComponentResourceOptions) {
    super("novacron:azure:Identities", name, {}, opts);
    const identity = (kind: string) =>
      new UserAssignedIdentity(
        `${name}-${kind}`,
        { resourceGroupName: args.group.name, location: args.plan.location, tags: args.plan.tags },
        { parent: this },
      );
    this.cluster = identity("cluster");
    this.kubelet = identity("kubelet");
    this.disks = identity("disks");
    this.storage = identity("storage");
    this.flowLogs = identity("flow-logs");
    this.registerOutputs({
      cluster: this.cluster,
      kubelet: this.kubelet,
      disks: this.disks,
      storage: this.storage,
      flowLogs: this.flowLogs,
    });
  }
}
