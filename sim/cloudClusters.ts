import { eksCluster } from "./clouds/aws/eksCluster.ts";
import { eksClusters } from "./clouds/aws/eksClusters.ts";
import { eksNodeGroup } from "./clouds/aws/eksNodeGroup.ts";
import { agentPool } from "./clouds/azure/agentPools.ts";
import { aksClusters } from "./clouds/azure/aksClusters.ts";
import { managedCluster } from "./clouds/azure/kubernetesClusters.ts";
import type { CloudCluster } from "./clouds/cluster.ts";
import { cluster } from "./clouds/gcp/clusters.ts";
import { gkeClusters } from "./clouds/gcp/gkeClusters.ts";
import { nodePool } from "./clouds/gcp/nodePools.ts";
import type { StoredResource } from "./store.ts";

/** Types whose resources decide what a cluster's control plane and nodes are. */
export const CLUSTER_TYPES: ReadonlySet<string> = new Set(
  [eksCluster, eksNodeGroup, managedCluster, agentPool, cluster, nodePool].map(({ type }) => type),
);

/** Every managed cluster that the three clouds hold. */
export function cloudClusters(resources: readonly StoredResource[]): CloudCluster[] {
  const of = (name: string) => resources.filter((resource) => resource.package === name);
  return [...eksClusters(of("aws")), ...aksClusters(of("azure-native")), ...gkeClusters(of("gcp"))];
}
