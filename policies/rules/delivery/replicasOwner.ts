import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

export default rule({
  id: "DEL-013",
  title: "The number of a released service's pods has one owner, its autoscaler",
  severity: "high",
  why: "A Rollout that says how many pods it wants takes the autoscaler's away with the next run, in the middle of the load that it scaled for.",
  sources: [
    argoRollouts(
      "docs/features/hpa-support.md#how-hpa-works-with-argo-rollouts",
      "the autoscaler writes spec.replicas of the Rollout",
    ),
  ],
  fix: "Leave spec.replicas of the Rollout out; the HorizontalPodAutoscaler's minReplicas is the least.",
  applies: [KUBERNETES.rollout],
  needs: ["spec.replicas"],
  check: ({ spec }) => (recordOf(spec).replicas === undefined ? [] : "spec.replicas is set, must be left out"),
});
