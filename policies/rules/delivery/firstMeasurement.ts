import { scrapeInterval } from "../../delivery/detection.ts";
import { ofMetrics } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { prometheus } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { secondsOf, shown } from "../../values.ts";

export default stackRule({
  id: "DEL-044",
  title: "A canary is measured first when its requests can have been read twice",
  severity: "high",
  why: "A rate needs two samples. A measurement before them has no data, no data is a failure, and so every release would end with its first weight.",
  sources: [prometheus("promql/functions.go", "rate needs two samples")],
  fix: "Set initialDelay of each metric to two scrape intervals or more.",
  applies: [KUBERNETES.rollout, KUBERNETES.analysisTemplate, KUBERNETES.podMonitor, KUBERNETES.helmRelease],
  needs: ["spec.metrics", "spec.podMetricsEndpoints"],
  check: (resources) =>
    ofMetrics(resources, "background", ({ rollout, metric }, cluster) => {
      const scrape = scrapeInterval(cluster, rollout);
      // That nothing reads the pods is DEL-031's.
      if (scrape === undefined) return [];
      const delay = secondsOf(metric.value.initialDelay) ?? 0;
      return delay >= 2 * scrape
        ? []
        : [`is measured after ${shown(delay)} s, must be at least 2 × ${shown(scrape)} s = ${shown(2 * scrape)} s`];
    }),
});
