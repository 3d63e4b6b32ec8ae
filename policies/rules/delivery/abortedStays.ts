import { CANARY, canaryOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";

/** Seconds in which long streams resume elsewhere and people look at what failed. */
const LEAST = 300;

export default rule({
  id: "DEL-007",
  title: "An aborted canary stays for five minutes",
  severity: "high",
  why: "Weights do not move DWCP's long streams: Argo's default ends the canary's pods, and every stream on them, after 30 seconds.",
  fix: `Set spec.strategy.canary.abortScaleDownDelaySeconds to ${LEAST} or more, or to 0, which keeps the canary until the next release.`,
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.abortScaleDownDelaySeconds`],
  check: (rollout) => {
    const delay = canaryOf(rollout).abortScaleDownDelaySeconds ?? 30;
    return delay === 0 || (typeof delay === "number" && delay >= LEAST)
      ? []
      : `${CANARY}.abortScaleDownDelaySeconds is ${typeof delay === "number" ? delay : "something else"}, must be 0 or at least ${LEAST}`;
  },
});
