import { CANARY, stepsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-002",
  title: "A gate stands before every raise of a canary's weight",
  severity: "critical",
  why: "A pause lets a release go on when its time is over or somebody clicks; only an analysis step asks whether this digest may (Argo Rollouts blocks on an inline analysis until it has a verdict).",
  sources: [
    argoRollouts(
      "docs/features/analysis.md#inline-analysis",
      "an analysis step blocks the release until its run is completed",
    ),
  ],
  fix: "Put an analysis step with the service's gate template right before each setWeight.",
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.steps`],
  check: (rollout) => {
    const steps = stepsOf(rollout);
    return steps
      .filter(({ weight }, index) => weight !== undefined && steps[index - 1]?.gate === undefined)
      .map(({ at }) => `${at} raises the weight with no gate before it`);
  },
});
