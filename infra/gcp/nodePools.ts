import type { Cluster } from "@pulumi/gcp/container/cluster.js";
import { NodePool } from "@pulumi/gcp/container/nodePool.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan, NodePoolPlan } from "../plan/topology.ts";

/** Google's names of Kubernetes' taint effects. */
const EFFECTS: Record<NodePoolPlan["taints"][number]["effect"], string> = { NoSchedule: "NO_SCHEDULE" };

/** The cluster's node pools, each over all zones of the region. */
export class GcpNodePools extends ComponentResource {
  constructor(
    name: string,
    args: { plan: GcpRegionPlan; cluster: Cluster; serviceAccount: Output<string>; key: Output<string> },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:gcp:NodePools", name, {}, opts);
    const { plan, cluster } = args;
    for (const pool of plan.nodePools) {
      new NodePool(
        `${name}-${pool.name}`,
        {
          project: plan.account.project,
          location: plan.location,
          cluster: cluster.name,
          // Short: node names are made of the cluster's and the pool's, and the API cuts them.
          name: pool.name,
          nodeLocations: plan.zones,
          initialNodeCount: Math.ceil(pool.minSize / plan.zones.length),
          autoscaling: {
            totalMinNodeCount: pool.minSize,
            totalMaxNodeCount: pool.maxSize,
            // Quorums stand on nodes in different zones.
            locationPolicy: "BALANCED",
          },
          management: { autoRepair: true, autoUpgrade: true },
          upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
          networkConfig: { enablePrivateNodes: true },
          nodeConfig: {
            machineType: pool.machineType,
            imageType: "COS_CONTAINERD",
            diskSizeGb: pool.diskGiB,
            diskType: "pd-balanced",
            bootDiskKmsKey: args.key,
            serviceAccount: args.serviceAccount,
            // The service account's roles are the limit; scopes are an older one that would only hide them.
            oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
            labels: pool.labels,
            taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
            resourceLabels: plan.tags,
            shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
            workloadMetadataConfig: { mode: "GKE_METADATA" },
            metadata: { "disable-legacy-endpoints": "true" },
          },
        },
        // The autoscaler owns the number of nodes once the pool stands.
        { parent: this, ignoreChanges: ["initialNodeCount"] },
      );
    }
    this.registerOutputs({});
  }
}
