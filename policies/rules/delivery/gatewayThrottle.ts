import { throttleOf } from "../../delivery/switching.ts";
import { chartOf } from "../../kubernetes/charts.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { traefik } from "../../sources/products.ts";
import { shown } from "../../values.ts";

/** Seconds: of the budget for switching, most belongs to what nobody can choose. */
const MOST = 0.2;

export default rule({
  id: "DEL-022",
  title: "The gateway applies new weights within 200 ms",
  severity: "high",
  why: "Traefik gathers changes before it applies them, two seconds by default: for so long after each rollback the canary would still be asked.",
  sources: [
    traefik(
      "docs/content/reference/install-configuration/providers/kubernetes/kubernetes-crd.md",
      "providersThrottleDuration is two seconds by default",
    ),
  ],
  fix: "Give the traefik chart the argument --providers.providersThrottleDuration=200ms.",
  applies: [KUBERNETES.helmRelease],
  needs: ["chart", "values.additionalArguments"],
  check: (release) => {
    if (chartOf(release) !== "traefik") return [];
    const throttle = throttleOf(release);
    return throttle !== undefined && throttle <= MOST
      ? []
      : `the gateway gathers changes for ${throttle === undefined ? "no duration that can be read" : `${shown(throttle)} s`}, must be at most ${MOST} s`;
  },
});
