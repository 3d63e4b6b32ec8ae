import { membersOf, weightsOf } from "../../delivery/canary.ts";
import { autoscalerOf, isKillSwitch } from "../../delivery/released.ts";
import { type Cluster, clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";
import { numberOf } from "../../values.ts";

export default stackRule({
  id: "DEL-043",
  title: "Behind a kill switch stand generations that can each take over everything at once",
  severity: "critical",
  why: "The switch from DWCP v3 to v1 is a change of weights. A generation with fewer pods than the other is knocked over by the requests that it is to save.",
  sources: [novacron.rollback],
  fix: "Give the Rollouts behind the switch autoscalers with the same minReplicas.",
  applies: [KUBERNETES.rollout, KUBERNETES.traefikService, KUBERNETES.autoscaler],
  needs: ["spec.weighted.services", "spec.strategy", "spec.minReplicas"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster
        .of(KUBERNETES.traefikService)
        .filter(isKillSwitch)
        .flatMap((service) => faults(cluster, service)),
    ),
});

function faults(cluster: Cluster, service: KubernetesObject): StackFinding[] {
  // A member of another kind is no generation: such as the version before a release, which stands by.
  const generations = membersOf(service).filter(({ kind }) => kind === "TraefikService");
  const pods = generations.map(({ name }) => {
    const rollout = cluster
      .of(KUBERNETES.rollout, service.namespace)
      .find((each) => name !== undefined && weightsOf(each) === name);
    return rollout === undefined ? 0 : (numberOf(autoscalerOf(cluster, rollout)?.spec.minReplicas) ?? 1);
  });
  if (pods.length < 2)
    return [{ urn: service.urn, text: "spec.weighted.services has no other generation to switch to" }];
  return new Set(pods).size === 1 && pods[0] !== 0
    ? []
    : [
        {
          urn: service.urn,
          text: `the generations have ${pods.join(" and ")} pods at least, must be the same and some`,
        },
      ];
}
