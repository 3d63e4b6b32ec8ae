import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { googleCloud } from "../../sources/clouds.ts";

const GKE = "gcp:container/cluster:Cluster";

export default rule({
  id: "NET-007",
  title: "AKS and GKE enforce NetworkPolicies",
  severity: "critical",
  why: "A cluster without an enforcer takes every NetworkPolicy and obeys none: all namespaces are open, and no object shows it.",
  sources: [
    cis.aks("5.4.4", "network policies are enforced"),
    googleCloud("kubernetes-engine/docs/how-to/network-policy", "enforcement has to be switched on"),
  ],
  fix: "Set networkProfile.networkPolicy on AKS; Dataplane V2 or networkPolicy.enabled on GKE; for EKS see K8S-006.",
  applies: ["azure-native:containerservice:ManagedCluster", GKE],
  needs: ["networkProfile.networkPolicy", "datapathProvider", "networkPolicy.enabled"],
  check: (cluster, { type }) => {
    const [aks, dataPlane, calico] = ["networkProfile.networkPolicy", "datapathProvider", "networkPolicy.enabled"].map(
      (path) => valueAt(cluster, path),
    );
    if ([aks, dataPlane, calico].some((value) => value instanceof Unknown)) return [];
    if (type === GKE) {
      return dataPlane === "ADVANCED_DATAPATH" || calico === true
        ? []
        : 'neither datapathProvider is "ADVANCED_DATAPATH" nor networkPolicy.enabled true';
    }
    return ["azure", "calico", "cilium"].includes(String(aks))
      ? []
      : 'networkProfile.networkPolicy must be "azure" or "calico" or "cilium"';
  },
});
