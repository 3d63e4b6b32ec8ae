import { rule } from "../../rule.ts";
import { exactly, given, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "IAM-005",
  title: "Pods and nodes have identities of their own",
  severity: "high",
  why: "Without workload identity a pod falls back to the node's, and without an account of its own a node on Google Cloud may edit the whole project.",
  sources: [
    cis.gke("5.2.1", "nodes do not run as the default account"),
    cis.gke("5.2.2", "workloads have identities of their own"),
    cis.eks("5.2.1", "pods have accounts of their own"),
  ],
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
