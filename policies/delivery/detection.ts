import { chartOf, chartValue } from "../kubernetes/charts.ts";
import { type Cluster, type KubernetesObject, podLabelsOf, selects } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import { listOf, numberOf, recordOf, secondsOf, shown, textOf } from "../values.ts";
import { failureLimitOf, type Metric } from "./canary.ts";
import type { Computed } from "./switching.ts";

/** Seconds between two tries after an error of the provider, which Argo cannot be told otherwise. */
const RETRY = 10;

/** Argo's own default. */
const ERRORS_IN_A_ROW = 4;

/** Seconds; what Argo waits for an answer of Prometheus. */
const QUERY_TIMEOUT = 30;

/**
 * Seconds between two reads of a workload's pods: the longest of the monitors that select them, as any of their series may be
 * asked for. `undefined` where nothing reads them.
 */
export function scrapeInterval(cluster: Cluster, rollout: KubernetesObject): number | undefined {
  const labels = podLabelsOf(rollout);
  const intervals = cluster
    .of(KUBERNETES.podMonitor)
    .filter(
      ({ spec }) =>
        listOf(recordOf(spec.namespaceSelector).matchNames).includes(rollout.namespace) &&
        selects(spec.selector, labels),
    )
    .flatMap(({ spec }) => listOf(spec.podMetricsEndpoints))
    .map((endpoint) => secondsOf(recordOf(endpoint).interval) ?? prometheusDefault(cluster, "scrapeInterval"));
  return intervals.length === 0 ? undefined : Math.max(...intervals);
}

/** What the monitoring chart sets for all of Prometheus; 30 s is the operator's default. */
function prometheusDefault(cluster: Cluster, name: "scrapeInterval" | "evaluationInterval"): number {
  const release = cluster.of(KUBERNETES.helmRelease).find(({ props }) => chartOf(props) === "kube-prometheus-stack");
  return secondsOf(release && chartValue(release.props, `prometheus.prometheusSpec.${name}`)) ?? 30;
}

/** The recording rules whose series a query asks for, with the seconds between two evaluations. */
function recordedIn(cluster: Cluster, query: string): { interval: number; expression: string }[] {
  return cluster.of(KUBERNETES.prometheusRule).flatMap(({ spec }) =>
    listOf(spec.groups)
      .map(recordOf)
      .flatMap(({ interval, rules }) =>
        listOf(rules)
          .map(recordOf)
          .filter(({ record }) => query.includes(textOf(record) ?? "\0"))
          .map(({ expr }) => ({
            interval: secondsOf(interval) ?? prometheusDefault(cluster, "evaluationInterval"),
            expression: textOf(expr) ?? "",
          })),
      ),
  );
}

/**
 * Seconds that an expression looks back: a fault fills its window before it counts in full. Its longest range, and the longest
 * subquery over what it then sees.
 */
function lookback(expression: string): number {
  const longest = (pattern: RegExp) =>
    Math.max(0, ...[...expression.matchAll(pattern)].map(([, range]) => secondsOf(range) ?? 0));
  return longest(/\[(\w+)\]/g) + longest(/\[(\w+):\w*\]/g);
}

const queryOf = ({ value }: Metric): string => textOf(recordOf(recordOf(value.provider).prometheus).query) ?? "";

/**
 * Longest time from a canary's first fault to a metric's verdict: the fault is read, recorded, fills the windows, and is
 * measured until the limit is passed. A fault that is there from the first request waits for the first measurement instead.
 * `undefined` where a part of it cannot be known.
 */
export function detectionTime(cluster: Cluster, rollout: KubernetesObject, metric: Metric): Computed | undefined {
  const scrape = scrapeInterval(cluster, rollout);
  const interval = secondsOf(metric.value.interval);
  if (scrape === undefined || interval === undefined) return undefined;
  const query = queryOf(metric);
  const recorded = recordedIn(cluster, query);
  const evaluation = Math.max(0, ...recorded.map((each) => each.interval));
  const windows = Math.max(0, ...recorded.map(({ expression }) => lookback(expression))) + lookback(query);
  const seen = scrape + evaluation + windows;
  const first = secondsOf(metric.value.initialDelay) ?? 0;
  const measurements = failureLimitOf(metric) + 1;
  const begins =
    seen >= first
      ? `scrape ${shown(scrape)} s + recording ${shown(evaluation)} s + windows ${shown(windows)} s`
      : `first measurement after ${shown(first)} s`;
  const seconds = Math.max(seen, first) + interval * measurements;
  return { seconds, arithmetic: `${begins} + ${shown(interval)} s × ${measurements} = ${shown(seconds)} s` };
}

/** Longest time until a Prometheus that does not answer counts as a failure. */
export function silenceTime({ value }: Metric): Computed {
  const errors = numberOf(value.consecutiveErrorLimit) ?? ERRORS_IN_A_ROW;
  const timeout = numberOf(recordOf(recordOf(value.provider).prometheus).timeout) ?? QUERY_TIMEOUT;
  const seconds = (errors + 1) * timeout + errors * RETRY;
  return {
    seconds,
    arithmetic: `${errors + 1} queries × ${shown(timeout)} s + ${errors} retries × ${RETRY} s = ${shown(seconds)} s`,
  };
}
