import { autoscalerOf, ofRollouts } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts, kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf } from "../../values.ts";

export default stackRule({
  id: "DEL-040",
  title: "Every Rollout has an autoscaler that keeps two pods at least",
  severity: "high",
  why: "A Rollout that says nothing of its pods begins with one; with one there is no update, drain or lost node without an outage.",
  sources: [
    argoRollouts("docs/features/specification.md", "replicas is 1 by default"),
    kubernetes(
      "concepts/workloads/pods/disruptions/",
      "an application that must not be interrupted has more than one replica",
    ),
  ],
  fix: "Declare a HorizontalPodAutoscaler for the Rollout with minReplicas of 2 or more.",
  applies: [KUBERNETES.rollout, KUBERNETES.autoscaler],
  needs: ["metadata.name", "spec.scaleTargetRef", "spec.minReplicas"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const autoscaler = autoscalerOf(cluster, rollout);
      if (autoscaler === undefined) return ["no HorizontalPodAutoscaler scales it"];
      const least = numberOf(autoscaler.spec.minReplicas) ?? 1;
      return least >= 2 ? [] : [{ urn: autoscaler.urn, text: `spec.minReplicas is ${least}, must be at least 2` }];
    }),
});
