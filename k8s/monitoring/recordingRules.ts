import { METRICS } from "../contract.ts";
import type { RecordingRule } from "../crds/monitoring.ts";

/** Versions are told apart by the hash that Argo gives each of them. */
const BY_VERSION = "service, pod_template_hash";

/**
 * Ten seconds: five scrapes. Shorter windows lose a rate when one scrape is late, longer ones keep a canary's first faults
 * from showing.
 */
const WINDOW = "10s";

const requests = (matching = ""): string => `sum by (${BY_VERSION}) (rate(${METRICS.requests}${matching}[${WINDOW}]))`;

/** Names of the recorded series. Each has the labels `service` and `pod_template_hash`. */
export const RECORDED = {
  /** Requests per second. */
  requests: "dwcp:requests:rate",
  /** Share of requests that failed with 5xx, 0–1; not a number while there are none. */
  errors: "dwcp:errors:ratio",
  /** Seconds below which so many percent of requests were answered; not a number while there are none. */
  p90: "dwcp:latency:p90",
  p95: "dwcp:latency:p95",
  p98: "dwcp:latency:p98",
} as const;

const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (${BY_VERSION}, le) (rate(${METRICS.duration}_bucket[${WINDOW}])))`;

/** What analyses, gates and dashboards all ask, computed once and always in the same way. */
export const RECORDING_RULES: readonly RecordingRule[] = [
  { record: RECORDED.requests, expr: requests() },
  // Before the first failure there is no series of failures, and that is zero, not unknown.
  {
    record: RECORDED.errors,
    expr: `(${requests('{code=~"5.."}')} or ${requests()} * 0) / ${requests()}`,
  },
  { record: RECORDED.p90, expr: quantile(0.9) },
  { record: RECORDED.p95, expr: quantile(0.95) },
  { record: RECORDED.p98, expr: quantile(0.98) },
];
