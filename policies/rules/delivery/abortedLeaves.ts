import { CANARY, canaryOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { decision } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";

/** Seconds: a gateway needs well under one to hear of its new weights. To Argo, 0 means for good. */
const LEAST = 1;
const MOST = 30;

export default rule({
  id: "DEL-007",
  title: "An aborted canary leaves within half a minute, and not before the gateway has heard of it",
  severity: "high",
  why: "While pods of an aborted canary are available, Argo 1.9 points its Service at them and back at stable in every reconciliation, which the change itself sets off again: gateways reload without end, and requests of stable wait.",
  sources: [
    argoRollouts("docs/features/scaledown-aborted-rs.md", "abortScaleDownDelaySeconds, and that 0 keeps the canary"),
    decision("0017-aborted-leaves", "an aborted canary leaves after a second, and what was measured with other delays"),
  ],
  fix: `Set spec.strategy.canary.abortScaleDownDelaySeconds to ${LEAST}–${MOST}; 0 would keep the canary for good.`,
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.abortScaleDownDelaySeconds`],
  check: (rollout) => {
    const delay = canaryOf(rollout).abortScaleDownDelaySeconds;
    return typeof delay === "number" && delay >= LEAST && delay <= MOST
      ? []
      : `${CANARY}.abortScaleDownDelaySeconds is ${typeof delay === "number" ? delay : "not given"}, must be ${LEAST} to ${MOST}`;
  },
});
