import { DETECTION_BUDGET } from "../../delivery/canary.ts";
import { detectionTime, silenceTime } from "../../delivery/detection.ts";
import { ofMetrics } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-031",
  title: "A canary's fault is found within thirty seconds",
  severity: "critical",
  why: "Detection is the part of a rollback that nobody sees: each scrape, each window and each allowed failure makes it longer, and no single one of them looks wrong.",
  sources: [novacron.rolloutScript],
  fix: "Shorten the scrape interval, the recording rule's or the query's window, or the metric's interval; lower its limits.",
  applies: [
    KUBERNETES.rollout,
    KUBERNETES.analysisTemplate,
    KUBERNETES.podMonitor,
    KUBERNETES.prometheusRule,
    KUBERNETES.helmRelease,
  ],
  needs: ["spec.metrics", "spec.podMetricsEndpoints", "spec.groups"],
  check: (resources) =>
    ofMetrics(resources, "background", ({ rollout, metric }, cluster) => {
      const fault = detectionTime(cluster, rollout, metric);
      if (fault === undefined)
        return ["is found after a time that cannot be computed: no monitor reads the pods, or it has no interval"];
      const silence = silenceTime(metric);
      return [
        ...(fault.seconds <= DETECTION_BUDGET
          ? []
          : [`finds a fault after ${fault.arithmetic}, must be at most ${DETECTION_BUDGET} s`]),
        ...(silence.seconds <= DETECTION_BUDGET
          ? []
          : [
              `takes a silent Prometheus for a failure after ${silence.arithmetic}, must be at most ${DETECTION_BUDGET} s`,
            ]),
      ];
    }),
});
