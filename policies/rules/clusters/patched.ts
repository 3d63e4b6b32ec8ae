import { rule } from "../../rule.ts";
import { exactly, given, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { azure } from "../../sources/clouds.ts";

export default rule({
  id: "K8S-004",
  title: "Clusters are patched and sick nodes replaced without anybody's doing",
  severity: "medium",
  why: "A node that waits for somebody to find time runs with last quarter's holes, and one that hangs takes its share of requests with it.",
  sources: [
    cis.gke("5.5.2", "nodes are repaired automatically"),
    cis.gke("5.5.3", "nodes are upgraded automatically"),
    azure("aks/auto-upgrade-cluster", "channels of automatic upgrades"),
  ],
  fix: "Name the Kubernetes version, and switch on the cloud's upgrades of patches and node images and its repair of nodes.",
  ...settings({
    // EKS patches control planes by itself and has no switch for it; node images come with each update of the template.
    "aws:eks/cluster:Cluster": { version: given },
    "aws:eks/nodeGroup:NodeGroup": { "nodeRepairConfig.enabled": exactly(true) },
    "azure-native:containerservice:ManagedCluster": {
      kubernetesVersion: given,
      "autoUpgradeProfile.upgradeChannel": exactly("patch", "stable"),
      "autoUpgradeProfile.nodeOSUpgradeChannel": exactly("NodeImage", "SecurityPatch"),
    },
    "gcp:container/cluster:Cluster": {
      minMasterVersion: given,
      "releaseChannel.channel": exactly("REGULAR", "STABLE", "EXTENDED"),
    },
    "gcp:container/nodePool:NodePool": {
      "management.autoRepair": exactly(true),
      "management.autoUpgrade": exactly(true),
    },
  }),
});
