import { CANARY, stepsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { RELEASES } from "../../sources/ours.ts";
import { SAFE_DEPLOYMENTS } from "../../sources/papers.ts";

export default rule({
  id: "DEL-003",
  title: "A release ends at a gate, not with its last weight",
  severity: "high",
  why: "After its last step Argo calls the canary stable, and an abort does nothing any more: the time at 100 % in which going back is an abort is the time that the last gate waits.",
  sources: [SAFE_DEPLOYMENTS, RELEASES],
  fix: "Make the last of spec.strategy.canary.steps an analysis step with the service's gate template.",
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.steps`],
  check: (rollout) => {
    const last = stepsOf(rollout).at(-1);
    return last?.gate === undefined ? `${last?.at ?? `${CANARY}.steps`} is the end of the release and no gate` : [];
  },
});
