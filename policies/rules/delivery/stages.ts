import { CANARY, canaryOf, STAGES, stepsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { novacron } from "../../sources/novacron.ts";
import { recordOf } from "../../values.ts";

/** Steps that give a canary requests without regard to the weights. */
const BESIDE_THE_WEIGHTS = ["experiment", "setHeaderRoute", "setMirrorRoute"];

const ORDER = STAGES.join(" → ");

export default rule({
  id: "DEL-001",
  title: "Canaries get exactly 10, 50 and 100 % of the requests, in that order",
  severity: "critical",
  why: "These are the stages that NovaCron's rollout plan names (phase 5) and that gates, ceilings and operators speak of: another weight is one that nobody has allowed.",
  sources: [novacron.stages],
  fix: "Give spec.strategy.canary.steps the weights 10, 50 and 100, and no other way for requests to reach the canary.",
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.steps`, `${CANARY}.trafficRouting.maxTrafficWeight`, "spec.strategy.blueGreen"],
  check: (rollout) => {
    const steps = stepsOf(rollout);
    const weights = steps.flatMap(({ weight }) => (weight === undefined ? [] : [weight]));
    const found = weights.map((weight) => (typeof weight === "number" ? String(weight) : "something else"));
    const most = recordOf(canaryOf(rollout).trafficRouting).maxTrafficWeight;
    return [
      ...(found.join(" → ") === ORDER
        ? []
        : [`${CANARY}.steps set ${found.join(" → ") || "no weight"}, must be ${ORDER}`]),
      ...(most === undefined || most === 100
        ? []
        : [`${CANARY}.trafficRouting.maxTrafficWeight makes weights something else than percent`]),
      ...steps
        .filter(({ value }) => BESIDE_THE_WEIGHTS.some((name) => value[name] !== undefined))
        .map(({ at }) => `${at} gives the canary requests beside the weights`),
      ...(recordOf(rollout.spec).strategy !== undefined &&
      recordOf(recordOf(rollout.spec).strategy).blueGreen !== undefined
        ? ["spec.strategy.blueGreen moves all requests at once"]
        : []),
    ];
  },
});
