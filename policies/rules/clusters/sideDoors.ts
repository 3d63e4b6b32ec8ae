import { rule } from "../../rule.ts";
import { type Demand, exactly, settings } from "../../settings.ts";
import { azure, googleCloud } from "../../sources/clouds.ts";

const absent: Demand = { wanted: "left out", holds: (value) => value === undefined };

export default rule({
  id: "K8S-005",
  title:
    "A cluster has no door beside its API: no SSH, no commands through the cloud, nothing for callers without a name",
  severity: "high",
  why: "Such doors know neither the allow-list nor RBAC, and what comes through them is not in the cluster's audit log.",
  sources: [
    azure("aks/access-private-cluster", "commands through Azure, and how to disable them"),
    googleCloud(
      "python/docs/reference/container/latest/google.cloud.container_v1.types.AnonymousAuthenticationConfig.Mode",
      "anonymous callers can be limited to health checks",
    ),
  ],
  fix: "Leave remote access out, disable run commands, and let anonymous callers see health checks only.",
  ...settings({
    "aws:ec2/launchTemplate:LaunchTemplate": { keyName: absent },
    "aws:eks/nodeGroup:NodeGroup": { remoteAccess: absent },
    "azure-native:containerservice:ManagedCluster": {
      "apiServerAccessProfile.disableRunCommand": exactly(true),
      linuxProfile: absent,
    },
    "gcp:container/cluster:Cluster": { "anonymousAuthenticationConfig.mode": exactly("LIMITED") },
    "gcp:container/nodePool:NodePool": {
      "nodeConfig.metadata.ssh-keys": absent,
      "nodeConfig.metadata.serial-port-enable": absent,
    },
  }),
});
