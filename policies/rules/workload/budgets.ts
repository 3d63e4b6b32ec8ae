import { autoscalerOf } from "../../delivery/released.ts";
import { type Cluster, clustersOf, type KubernetesObject, podLabelsOf, selects } from "../../kubernetes/cluster.ts";
import { REPLICATED } from "../../kubernetes/pods.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, textOf } from "../../values.ts";

export default stackRule({
  id: "WRK-020",
  title: "Every service has one disruption budget, and can keep it",
  severity: "high",
  why: "Without one a drain takes all pods of a service from its nodes at once; with two the API refuses every eviction; one that keeps as many pods as there are holds every drain up, and one that lets as many go is none.",
  sources: [
    kubernetes("tasks/run-application/configure-pdb/", "a budget selects the pods of one application"),
    kubernetes("concepts/scheduling-eviction/api-eviction/", "two budgets on one pod are an error of every eviction"),
  ],
  fix: "Declare one PodDisruptionBudget that selects the pods, with maxUnavailable 1.",
  applies: [...REPLICATED, KUBERNETES.disruptionBudget, KUBERNETES.autoscaler],
  needs: [
    "spec.selector",
    "spec.template.metadata.labels",
    "spec.replicas",
    "spec.minReplicas",
    "spec.minAvailable",
    "spec.maxUnavailable",
  ],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster.objects
        .filter(({ type }) => REPLICATED.includes(type))
        .filter((workload) => workload.type === KUBERNETES.rollout || (replicasOf(workload, cluster) ?? 1) > 1)
        .flatMap((workload) => {
          const budgets = cluster
            .of(KUBERNETES.disruptionBudget, workload.namespace)
            .filter(({ spec }) => selects(spec.selector, podLabelsOf(workload)));
          const [budget] = budgets;
          if (budget === undefined || budgets.length > 1)
            return [{ urn: workload.urn, text: `${budgets.length} disruption budgets select its pods, must be one` }];
          return faultsOf(budget, replicasOf(workload, cluster)).map((text) => ({ urn: budget.urn, text }));
        }),
    ),
});

/** How many pods a workload has at least; `undefined` for a Rollout whose number nobody says. */
function replicasOf(workload: KubernetesObject, cluster: Cluster): number | undefined {
  if (workload.type !== KUBERNETES.rollout) return numberOf(workload.spec.replicas) ?? 1;
  return numberOf(autoscalerOf(cluster, workload)?.spec.minReplicas ?? workload.spec.replicas);
}

function faultsOf({ spec }: KubernetesObject, replicas: number | undefined): string[] {
  if (replicas === undefined) return [];
  const [kept, gone] = [spec.minAvailable, spec.maxUnavailable].map((value) => podsOf(value, replicas));
  return [
    ...(kept !== undefined && kept >= replicas
      ? [`spec.minAvailable keeps ${kept} of ${replicas} pods, must be less`]
      : []),
    ...(gone !== undefined && gone >= replicas
      ? [`spec.maxUnavailable lets ${gone} of ${replicas} pods go at once, must be less`]
      : []),
  ];
}

/** The pods that a number or a percentage of a budget means: Kubernetes rounds up. */
function podsOf(value: unknown, replicas: number): number | undefined {
  const percent = /^(\d+)%$/.exec(textOf(value) ?? "")?.[1];
  return percent === undefined ? numberOf(value) : Math.ceil((Number(percent) * replicas) / 100);
}
