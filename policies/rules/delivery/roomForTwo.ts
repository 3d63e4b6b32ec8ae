import { autoscalerOf } from "../../delivery/released.ts";
import { type Cluster, clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts, kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, recordOf } from "../../values.ts";

export default stackRule({
  id: "DEL-039",
  title: "A namespace has room for stable and canary of everything in it at once",
  severity: "high",
  why: "At 100 %, and for an hour after, both versions are fully there. A quota that stops the second half stops the release, or the pods that a way back needs.",
  sources: [
    argoRollouts(
      "docs/features/canary/index.md#dynamic-stable-scale-with-traffic-routing",
      "at the end both versions are there in full",
    ),
    kubernetes("concepts/policy/resource-quotas/", "what exceeds the quota is not made"),
  ],
  fix: "Raise pods of the namespace's ResourceQuota to twice the most pods of each Rollout and all other pods.",
  applies: [
    KUBERNETES.resourceQuota,
    KUBERNETES.rollout,
    KUBERNETES.autoscaler,
    KUBERNETES.deployment,
    KUBERNETES.statefulSet,
  ],
  needs: ["spec.hard.pods", "spec.maxReplicas", "spec.replicas"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster.of(KUBERNETES.resourceQuota).flatMap(({ urn, namespace, spec }) => {
        const asked = recordOf(spec.hard).pods;
        // A quota may be about other things than pods.
        if (asked === undefined) return [];
        const { released, others } = podsIn(cluster, namespace);
        const needed = 2 * released + others;
        const room = Number(asked);
        return room >= needed
          ? []
          : [
              {
                urn,
                text: `2 × ${released} released pods + ${others} others = ${needed}, and spec.hard.pods has room for ${room}`,
              },
            ];
      }),
    ),
});

function podsIn(cluster: Cluster, namespace: string): { released: number; others: number } {
  const total = (objects: readonly KubernetesObject[], pods: (object: KubernetesObject) => number) =>
    objects.reduce((sum, object) => sum + pods(object), 0);
  return {
    released: total(
      cluster.of(KUBERNETES.rollout, namespace),
      (rollout) => numberOf(autoscalerOf(cluster, rollout)?.spec.maxReplicas) ?? 1,
    ),
    // While a Deployment is updated it has one pod more than it asks for.
    others:
      total(cluster.of(KUBERNETES.deployment, namespace), ({ spec }) => (numberOf(spec.replicas) ?? 1) + 1) +
      total(cluster.of(KUBERNETES.statefulSet, namespace), ({ spec }) => numberOf(spec.replicas) ?? 1),
  };
}
