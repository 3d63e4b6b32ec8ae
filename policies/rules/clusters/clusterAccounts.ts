import { rule } from "../../rule.ts";
import { exactly, not, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { aws, azure } from "../../sources/clouds.ts";

export default rule({
  id: "K8S-002",
  title: "Clusters know no accounts but the cloud's own",
  severity: "high",
  why: "A local account, certificate or entry in a ConfigMap outlives whoever it was made for, and no audit of the cloud's identities shows it.",
  sources: [
    cis.gke("5.8.1", "no authentication by client certificates"),
    azure("aks/manage-local-accounts-managed-azure-ad", "local accounts are not auditable, and can be switched off"),
    aws("eks/latest/userguide/access-entries.html", "access entries instead of the ConfigMap"),
  ],
  fix: "Leave identity to the cloud: access entries on EKS, Entra ID on AKS, IAM on GKE.",
  ...settings({
    "aws:eks/cluster:Cluster": {
      "accessConfig.authenticationMode": exactly("API"),
      "accessConfig.bootstrapClusterCreatorAdminPermissions": exactly(false),
    },
    "azure-native:containerservice:ManagedCluster": {
      disableLocalAccounts: exactly(true),
      "aadProfile.managed": exactly(true),
      enableRBAC: not(false),
    },
    "gcp:container/cluster:Cluster": {
      enableLegacyAbac: not(true),
      "masterAuth.clientCertificateConfig.issueClientCertificate": not(true),
    },
  }),
});
