import { clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, recordOf } from "../../values.ts";

/** Whether a policy takes in every pod of its namespace and allows none of them anything. */
function deniesAll({ spec }: KubernetesObject): boolean {
  const { podSelector, policyTypes, ingress, egress } = spec;
  return (
    Object.keys(recordOf(podSelector)).length === 0 &&
    ["Ingress", "Egress"].every((direction) => listOf(policyTypes).includes(direction)) &&
    listOf(ingress).length === 0 &&
    listOf(egress).length === 0
  );
}

export default stackRule({
  id: "NET-010",
  title: "In every namespace nothing is allowed that no policy allows",
  severity: "critical",
  why: "Kubernetes lets every pod talk to every other and to the internet until a policy selects it: one forgotten namespace reaches state, gate and the machines' metadata.",
  sources: [
    kubernetes(
      "concepts/services-networking/network-policies/",
      "until a policy selects it, a pod is open in both directions",
    ),
    cis.kubernetes("5.3.2", "every namespace has network policies"),
  ],
  fix: "Declare a NetworkPolicy in the namespace with an empty podSelector, both policyTypes and no rules.",
  applies: [KUBERNETES.namespace, KUBERNETES.networkPolicy],
  needs: ["metadata.name", "metadata.namespace", "spec.podSelector", "spec.policyTypes", "spec.ingress", "spec.egress"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster
        .of(KUBERNETES.namespace)
        .filter(({ objectName }) => !cluster.of(KUBERNETES.networkPolicy, objectName).some(deniesAll))
        .map(({ urn }) => ({ urn, text: "no NetworkPolicy in it denies what the others do not allow" })),
    ),
});
