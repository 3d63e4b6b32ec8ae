import { CANARY, canaryOf } from "../../delivery/canary.ts";
import { autoscalerOf, ofRollouts } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, recordOf } from "../../values.ts";

/** Percent of a version's pods below which it must not get its share. */
const LEAST = 50;

export default stackRule({
  id: "DEL-041",
  title: "One dead stable pod cannot hold up an abort",
  severity: "critical",
  why: "Argo gives requests back to stable once replicaProgressThreshold of its pods are available, by default all of them: one lost node at the wrong moment, and the canary that fails keeps its requests.",
  sources: [
    argoRollouts(
      "rollout/trafficrouting.go",
      "weights go to stable once replicaProgressThreshold of its pods are available, all of them by default",
    ),
  ],
  fix: "Set spec.strategy.canary.replicaProgressThreshold to the percentage that all pods but one are, of the fewest that the autoscaler keeps, and to half at least.",
  applies: [KUBERNETES.rollout, KUBERNETES.autoscaler],
  needs: [`${CANARY}.replicaProgressThreshold`, "spec.minReplicas"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const threshold = recordOf(canaryOf(rollout).replicaProgressThreshold);
      const value = numberOf(threshold.value);
      if (threshold.type !== "Percent" || value === undefined)
        return [`${CANARY}.replicaProgressThreshold must be a percentage`];
      const replicas = numberOf(autoscalerOf(cluster, rollout)?.spec.minReplicas) ?? 1;
      const left = (100 * (replicas - 1)) / replicas;
      return value >= LEAST && value <= left
        ? []
        : [
            `${CANARY}.replicaProgressThreshold is ${value} %, must be ${LEAST} at least and at most what ${replicas - 1} of ${replicas} pods are, ${Math.floor(left)} %`,
          ];
    }),
});
