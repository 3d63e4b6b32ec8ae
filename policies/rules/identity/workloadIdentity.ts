import { rule } from "../../rule.ts";
import { exactly, given, settings } from "../../settings.ts";

export default rule({
  id: "IAM-005",
  title: "Pods and nodes have identities of their own",
  severity: "high",
  why: "Without workload identity a pod falls back to the node's, and without an account of its own a node on Google Cloud may edit the whole project (CIS GKE 5.2.1).",
  fix: "Switch workload identity on and give nodes the region's own account; EKS has it by an add-on, see K8S-006.",
  ...settings({
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": { namespace: given, serviceAccount: given },
    "azure-native:containerservice:ManagedCluster": {
      "securityProfile.workloadIdentity.enabled": exactly(true),
      "oidcIssuerProfile.enabled": exactly(true),
      "identity.type": exactly("UserAssigned"),
    },
    "gcp:container/cluster:Cluster": {
      "workloadIdentityConfig.workloadPool": given,
      "nodeConfig.serviceAccount": given,
    },
    "gcp:container/nodePool:NodePool": { "nodeConfig.serviceAccount": given },
  }),
});
