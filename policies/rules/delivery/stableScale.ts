import { CANARY } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { not, settings } from "../../settings.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-006",
  title: "Stable stays fully scaled while a canary runs",
  severity: "critical",
  why: "Going back is a change of weights only if every stable pod is already there; with dynamicStableScale they have to start first.",
  sources: [
    argoRollouts(
      "docs/features/canary/index.md#dynamic-stable-scale-with-traffic-routing",
      "dynamicStableScale takes stable's pods away while the canary's weight grows",
    ),
  ],
  fix: "Leave spec.strategy.canary.dynamicStableScale out.",
  ...settings({ [KUBERNETES.rollout]: { [`${CANARY}.dynamicStableScale`]: not(true) } }),
});
