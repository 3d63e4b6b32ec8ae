import { rule } from "../../rule.ts";
import { listing, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "LOG-003",
  title: "A cluster's control plane writes its audit log",
  severity: "high",
  why: "Who deleted, who read which secret and who logged in is in this log alone, and no cloud writes all of it by default.",
  sources: [
    cis.eks("2.1.1", "audit logs are on"),
    cis.aks("2.1.1", "audit logs are on"),
    cis.gke("5.7.1", "logging is on"),
  ],
  fix: "Name the components; AKS says it by a diagnostic setting, see LOG-004.",
  ...settings({
    "aws:eks/cluster:Cluster": { enabledClusterLogTypes: listing("api", "audit", "authenticator") },
    // GKE's audit log itself is Google's and always on; these are what it does not say.
    "gcp:container/cluster:Cluster": {
      "loggingConfig.enableComponents": listing("SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"),
    },
  }),
});
