import { inPods, podOf, REPLICATED } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "WRK-010",
  title: "Pods of one kind are spread over zones",
  severity: "high",
  why: "The scheduler fills nodes, not zones: without a constraint all pods of a service may stand in the one zone that fails.",
  sources: [
    kubernetes("concepts/scheduling-eviction/topology-spread-constraints/", "constraints spread pods over zones"),
  ],
  fix: "Add a topologySpreadConstraint over topology.kubernetes.io/zone that counts the pods by their label.",
  applies: REPLICATED,
  needs: inPods("topologySpreadConstraints"),
  check: (workload, { type }) => {
    const { at, value: pod } = podOf(workload, type);
    const isSpread = listOf(pod.topologySpreadConstraints)
      .map(recordOf)
      .some(
        ({ topologyKey, labelSelector }) =>
          topologyKey === "topology.kubernetes.io/zone" && Object.keys(recordOf(labelSelector)).length > 0,
      );
    return isSpread ? [] : `${at}.topologySpreadConstraints has none over zones that counts its pods`;
  },
});
