import { failureLimitOf } from "../../delivery/canary.ts";
import { ofMetrics } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf } from "../../values.ts";

export default stackRule({
  id: "DEL-033",
  title: "The first measurement that a canary misses aborts its release, and measuring never ends before",
  severity: "critical",
  why: "An allowed failure is a share of all users' requests for another interval; an inconclusive result only pauses; and a metric that stops measuring, after a count or after successes, leaves the rest of the release unwatched.",
  sources: [
    argoRollouts(
      "docs/features/analysis.md#failure-conditions-and-failure-limit",
      "failureLimit is the number of measurements that may fail",
    ),
    argoRollouts("docs/features/analysis.md#inconclusive-runs", "an inconclusive run pauses the release"),
  ],
  fix: "Set failureLimit and inconclusiveLimit to 0, consecutiveErrorLimit to 0 or 1, and leave count and consecutiveSuccessLimit out.",
  applies: [KUBERNETES.rollout, KUBERNETES.analysisTemplate],
  needs: ["spec.metrics"],
  check: (resources) =>
    ofMetrics(resources, "background", ({ metric }) => {
      const { inconclusiveLimit = 0, consecutiveErrorLimit, count, consecutiveSuccessLimit } = metric.value;
      const errors = numberOf(consecutiveErrorLimit);
      return [
        ...(failureLimitOf(metric) === 0 ? [] : ["accepts failures: failureLimit must be 0"]),
        ...(inconclusiveLimit === 0 ? [] : ["accepts results that say nothing: inconclusiveLimit must be 0"]),
        ...(errors === 0 || errors === 1
          ? []
          : [`accepts ${errors ?? 4} errors in a row: consecutiveErrorLimit must be 0 or 1`]),
        ...(count === undefined && consecutiveSuccessLimit === undefined
          ? []
          : ["stops measuring: count and consecutiveSuccessLimit must be left out"]),
      ];
    }),
});
