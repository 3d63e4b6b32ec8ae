import { ofMetrics } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { RELEASES } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, secondsOf, shown } from "../../values.ts";

/** Measurements, or errors in a row, that nobody lives to see: three years of one every second. */
const FOR_EVER = 1e8;

/** Seconds that an operator's yes may wait to be heard. */
const LONGEST_INTERVAL = 10;

export default stackRule({
  id: "DEL-032",
  title: "A gate waits for its yes: nothing else lets a release go on or ends it",
  severity: "high",
  why: "A gate that fails aborts a good release because nobody has decided yet, or because Prometheus restarted; one that runs out of measurements without a no counts as passed.",
  sources: [
    argoRollouts(
      "docs/features/analysis.md#failure-conditions-and-failure-limit",
      "a run fails after failureLimit measurements that failed",
    ),
    RELEASES,
  ],
  fix: "Give each metric of the gate failureLimit -1, consecutiveSuccessLimit 1, and a count and a consecutiveErrorLimit that are never reached.",
  applies: [KUBERNETES.rollout, KUBERNETES.analysisTemplate],
  needs: ["spec.metrics"],
  check: (resources) =>
    ofMetrics(resources, "steps", ({ metric: { value } }) => {
      const { count, failureLimit, consecutiveErrorLimit, consecutiveSuccessLimit, interval } = value;
      const seconds = secondsOf(interval);
      return [
        ...((numberOf(count) ?? 0) >= FOR_EVER
          ? []
          : [`has a count that is reached, must be at least ${shown(FOR_EVER)}`]),
        ...(failureLimit === -1 ? [] : ["takes a no for a failure: failureLimit must be -1"]),
        ...((numberOf(consecutiveErrorLimit) ?? 0) >= FOR_EVER
          ? []
          : [
              `takes a Prometheus that restarts for a failure: consecutiveErrorLimit must be at least ${shown(FOR_EVER)}`,
            ]),
        ...(consecutiveSuccessLimit === 1
          ? []
          : ["does not end with the first yes: consecutiveSuccessLimit must be 1"]),
        ...(seconds !== undefined && seconds <= LONGEST_INTERVAL
          ? []
          : [`asks less often than every ${LONGEST_INTERVAL} s`]),
      ];
    }),
});
