import { Unknown, valueAt } from "../../path.ts";
import { refersTo } from "../../references.ts";
import { aws } from "../../sources/clouds.ts";
import { type StackResource, stackRule } from "../../stackRule.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const ADDON = "aws:eks/addon:Addon";

export default stackRule({
  id: "K8S-006",
  title: "EKS has the add-ons that AKS and GKE bring: identities for pods, enforcement of NetworkPolicies",
  severity: "critical",
  why: "Without them EKS accepts NetworkPolicies and lets everything through, and pods use their node's role.",
  sources: [
    aws("eks/latest/userguide/cni-network-policy.html", "network policies are enforced once the CNI is told to"),
    aws("eks/latest/userguide/pod-identities.html", "identities of pods need an agent"),
  ],
  fix: 'Add eks-pod-identity-agent, and vpc-cni with enableNetworkPolicy set to "true".',
  applies: [CLUSTER, ADDON],
  needs: ["addonName", "configurationValues"],
  check: (resources) =>
    resources
      .filter(({ type }) => type === CLUSTER)
      .flatMap((cluster) => {
        const addons = resources.filter(
          (each) => each.type === ADDON && refersTo(each, "clusterName", cluster, "name"),
        );
        const named = (name: string) => addons.find(({ props }) => valueAt(props, "addonName") === name);
        const network = named("vpc-cni");
        return [
          ...(named("eks-pod-identity-agent") === undefined
            ? [{ urn: cluster.urn, text: "no eks-pod-identity-agent is added" }]
            : []),
          ...(network === undefined || !enforces(network)
            ? [{ urn: network?.urn ?? cluster.urn, text: "vpc-cni does not enforce NetworkPolicies" }]
            : []),
        ];
      }),
});

function enforces({ props }: StackResource): boolean {
  const values = valueAt(props, "configurationValues");
  if (values instanceof Unknown) return true;
  try {
    return (JSON.parse(String(values)) as { enableNetworkPolicy?: unknown }).enableNetworkPolicy === "true";
  } catch {
    return false;
  }
}
