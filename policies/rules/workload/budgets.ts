import { clustersOf, type KubernetesObject, podLabelsOf, selects } from "../../kubernetes/cluster.ts";
import { REPLICATED } from "../../kubernetes/pods.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf } from "../../values.ts";

export default stackRule({
  id: "WRK-020",
  title: "Every service has one disruption budget, and can keep it",
  severity: "high",
  why: "Without one a drain takes all pods of a service from its nodes at once; with two the API refuses every eviction; and one that keeps as many pods as there are holds every drain up.",
  sources: [
    kubernetes("tasks/run-application/configure-pdb/", "a budget selects the pods of one application"),
    kubernetes("concepts/scheduling-eviction/api-eviction/", "two budgets on one pod are an error of every eviction"),
  ],
  fix: "Declare one PodDisruptionBudget that selects the pods, with maxUnavailable 1.",
  applies: [...REPLICATED, KUBERNETES.disruptionBudget],
  needs: ["spec.selector", "spec.template.metadata.labels", "spec.minAvailable"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster.objects
        .filter(({ type }) => REPLICATED.includes(type))
        .filter((workload) => workload.type === KUBERNETES.rollout || replicasOf(workload) > 1)
        .flatMap((workload) => {
          const budgets = cluster
            .of(KUBERNETES.disruptionBudget, workload.namespace)
            .filter(({ spec }) => selects(spec.selector, podLabelsOf(workload)));
          const [budget] = budgets;
          if (budget === undefined || budgets.length > 1)
            return [{ urn: workload.urn, text: `${budgets.length} disruption budgets select its pods, must be one` }];
          const kept = numberOf(budget.spec.minAvailable) ?? 0;
          const replicas = replicasOf(workload);
          return kept < replicas || workload.type === KUBERNETES.rollout
            ? []
            : [{ urn: budget.urn, text: `spec.minAvailable keeps ${kept} of ${replicas} pods, must be less` }];
        }),
    ),
});

const replicasOf = ({ spec }: KubernetesObject): number => numberOf(spec.replicas) ?? 1;
