import { rule } from "../../rule.ts";
import { type Demand, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

/** Images that AWS signs, hardens and patches. Secure boot is a part of them and no setting of the group. */
const AWS_IMAGE: Demand = {
  wanted: "an image of Amazon Linux 2023 or Bottlerocket",
  holds: (value) => /^(AL2023|BOTTLEROCKET)_/.test(String(value)),
};

export default rule({
  id: "K8S-003",
  title: "Nodes start from the cloud's own image and verify what they boot",
  severity: "high",
  why: "Whatever gets below the operating system survives every new pod and sees every secret on the node.",
  sources: [
    cis.gke("5.5.5", "nodes are shielded"),
    cis.gke("5.5.6", "their integrity is monitored"),
    cis.gke("5.5.7", "they boot securely"),
  ],
  fix: "Use the managed image; set secure boot with vTPM (Azure) or integrity monitoring (Google Cloud).",
  ...settings({
    "aws:eks/nodeGroup:NodeGroup": { amiType: AWS_IMAGE },
    "azure-native:containerservice:ManagedCluster": {
      "agentPoolProfiles[].securityProfile.enableSecureBoot": exactly(true),
      "agentPoolProfiles[].securityProfile.enableVTPM": exactly(true),
    },
    "azure-native:containerservice:AgentPool": {
      "securityProfile.enableSecureBoot": exactly(true),
      "securityProfile.enableVTPM": exactly(true),
    },
    "gcp:container/cluster:Cluster": { enableShieldedNodes: exactly(true) },
    "gcp:container/nodePool:NodePool": {
      "nodeConfig.imageType": exactly("COS_CONTAINERD"),
      "nodeConfig.shieldedInstanceConfig.enableSecureBoot": exactly(true),
      "nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring": exactly(true),
    },
  }),
});
