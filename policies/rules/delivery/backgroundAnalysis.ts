import { canaryOf, membersOf, templatesOf, weightsOf } from "../../delivery/canary.ts";
import { killSwitchOf, ofRollouts } from "../../delivery/released.ts";
import type { KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";

const isJudged = (rollout: KubernetesObject): boolean => templatesOf(canaryOf(rollout).analysis).length > 0;

export default stackRule({
  id: "DEL-034",
  title: "Whatever gets requests is judged by them while it is released",
  severity: "critical",
  why: "Gates ask before a raise; between raises only a background analysis sees that a canary fails. A generation that the kill switch keeps warm has no requests to be judged by, so one of those behind a switch is enough.",
  sources: [
    argoRollouts(
      "docs/features/analysis.md#background-analysis",
      "a background analysis runs through all steps and aborts when it fails",
    ),
  ],
  fix: "Give the Rollout spec.strategy.canary.analysis with the service's objective template.",
  applies: [KUBERNETES.rollout, KUBERNETES.traefikService],
  needs: ["spec.strategy", "spec.weighted.services"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      if (isJudged(rollout)) return [];
      const { namespace } = rollout;
      const others = killSwitchOf(cluster, namespace, weightsOf(rollout));
      const isOtherJudged = cluster
        .of(KUBERNETES.rollout, namespace)
        .some((other) => isJudged(other) && membersOf(others ?? {}).some(({ name }) => name === weightsOf(other)));
      return isOtherJudged
        ? []
        : ["spec.strategy.canary.analysis runs nothing, and no other generation is judged instead"];
    }),
});
