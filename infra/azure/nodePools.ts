import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import type { AzureNetwork } from "./network.ts";
import { type NodePoolSlice, nodePoolSlices } from "./nodeSlices.ts";

/** Keeps pods off the system pool unless they tolerate it, as all of AKS's own do. */
const SYSTEM_ONLY = "CriticalAddonsOnly=true:NoSchedule";

/** AKS demands a system pool in the request for the cluster itself: the first one. */
export function firstSystemPool(plan: AzureRegionPlan, network: AzureNetwork) {
  const [first] = nodePoolSlices(plan).filter((pool) => pool.name === "system");
  if (first === undefined) throw new Error(`${plan.name} has no node pool named system, which AKS demands`);
  return { name: first.poolName, type: "VirtualMachineScaleSets", ...poolSettings(plan, first, network) };
}

/** All node pools but the one that is created with the cluster. */
export class AzureNodePools extends ComponentResource {
  readonly poolNames: Output<string>[];

  constructor(
    name: string,
    args: { plan: AzureRegionPlan; group: ResourceGroup; cluster: ManagedCluster; network: AzureNetwork },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:NodePools", name, {}, opts);
    const { plan, group, cluster, network } = args;
    const inline = firstSystemPool(plan, network).name;
    this.poolNames = nodePoolSlices(plan)
      .filter((pool) => pool.poolName !== inline)
      .map(
        (pool) =>
          new AgentPool(
            `${name}-${pool.poolName}`,
            {
              resourceGroupName: group.name,
              resourceName: cluster.name,
              agentPoolName: pool.poolName,
              type: "VirtualMachineScaleSets",
              ...poolSettings(plan, pool, network),
            },
            // The number of nodes is the autoscaler's from then on.
            { parent: this, ignoreChanges: ["count"] },
          ).name,
      );
    this.registerOutputs({ poolNames: this.poolNames });
  }
}

function poolSettings(plan: AzureRegionPlan, pool: NodePoolSlice, network: AzureNetwork) {
  const taints = pool.taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  return {
    mode: pool.name === "system" ? "System" : "User",
    orchestratorVersion: plan.kubernetesVersion,
    vmSize: pool.machineType,
    availabilityZones: pool.slice.zones,
    vnetSubnetID: network.nodeSubnetId(pool.slice),
    enableAutoScaling: true,
    count: pool.minSize,
    minCount: pool.minSize,
    maxCount: pool.maxSize,
    maxPods: 110,
    osType: "Linux",
    osSKU: "Ubuntu",
    osDiskSizeGB: pool.diskGiB,
    // Ephemeral disks cannot be encrypted with our key.
    osDiskType: "Managed",
    // Caches and temporary disks too, on the machine that holds them.
    enableEncryptionAtHost: true,
    securityProfile: { enableSecureBoot: true, enableVTPM: true },
    nodeLabels: pool.labels,
    nodeTaints: pool.name === "system" ? [SYSTEM_ONLY, ...taints] : taints,
    upgradeSettings: { maxSurge: "33%" },
    tags: plan.tags,
  };
}
