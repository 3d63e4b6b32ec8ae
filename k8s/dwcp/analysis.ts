import { METRICS } from "../contract.ts";
import type { AnalysisMetric, AnalysisTemplateSpec } from "../crds/rollouts.ts";
import { RECORDED } from "../monitoring/recordingRules.ts";

/** The region's Prometheus, as its operator names it. */
const PROMETHEUS = "http://prometheus-operated.monitoring.svc:9090";

/** Seconds: a Prometheus that hangs is an error, not a wait of Argo's default half minute. */
const QUERY_TIMEOUT = 5;

/**
 * The gate of one stage: waits for yes. Anything else, no answer included, is waited out: a gate or a Prometheus that
 * restarts neither promotes nor aborts. Both gate replicas must say yes, hence the minimum.
 *
 * Argo refuses a metric in a step without `count`, which then only has to be too large to be reached.
 */
export function gateTemplate(service: string): AnalysisTemplateSpec {
  return {
    args: [{ name: "stage" }, { name: "digest" }],
    metrics: [
      {
        name: "allowed",
        interval: "2s",
        count: 1_000_000_000,
        failureLimit: -1,
        consecutiveSuccessLimit: 1,
        consecutiveErrorLimit: 1_000_000_000,
        successCondition: "len(result) > 0 && result[0] == 1",
        provider: prometheus(
          `min(${METRICS.allowed}{service="${service}",digest="{{args.digest}}",stage="{{args.stage}}"})`,
        ),
      },
    ],
  };
}

/** What a canary must keep to. */
export interface Objective {
  /** Requests per second below which nothing can be said: over the ten seconds of the recording rules, five requests. */
  leastRequestRate: number;
  /** By how much the share of failed requests may exceed that of stable. */
  mostExtraErrors: number;
  /** How often stable's answer times the canary's may be, and seconds on top that are noise: for most requests, and for the slowest. */
  mostLatency: { factor: number; slackSeconds: number; tailSlackSeconds: number };
}

/**
 * 2 % of failed requests is the limit of NovaCron's own load tests. The factor lies between what the histogram makes of
 * equals and of the three times slower: its buckets double, so the quantile of a version that is a tenth slower can read 1.8
 * times as high, and that of one three times as slow hardly more than twice as high. Five milliseconds on top are noise: a
 * tenth of the p95 that DWCP promises; with one, a busy machine failed a canary that was as good as stable. For the slowest
 * requests it is half of that p95: with five, the pauses of a machine on which an `up` ran failed one too.
 */
export const OBJECTIVE: Objective = {
  leastRequestRate: 0.5,
  mostExtraErrors: 0.02,
  mostLatency: { factor: 1.9, slackSeconds: 0.005, tailSlackSeconds: 0.025 },
};

/**
 * Judges the canary against stable while it gets requests. The first measurement that misses fails the release; no data
 * misses too. A second error of Prometheus in a row, ten seconds after the first, fails it as well.
 *
 * Stable without requests, as at weight 100, counts as flawless; latency then has nothing to be compared with.
 */
export function objectiveTemplate(service: string, objective: Objective = OBJECTIVE): AnalysisTemplateSpec {
  const { leastRequestRate, mostExtraErrors, mostLatency } = objective;
  const of = (metric: string, version: "canary" | "stable"): string =>
    `max(${metric}{service="${service}",pod_template_hash="{{args.${version}}}"} >= 0)`;
  const noSlower = (name: string, canary: string, stable: string, slackSeconds: number): AnalysisMetric => {
    const excess = `${of(canary, "canary")} - ${mostLatency.factor} * (${of(stable, "stable")} or ${of(canary, "canary")})`;
    return {
      name,
      successCondition: `len(result) > 0 && result[0] <= ${slackSeconds}`,
      // Of fourteen seconds the best: one pause of the machine stays in a ten-second window for ten, slowness stays. Longer
      // ones would not tell of it within half a minute.
      provider: prometheus(`min_over_time((${excess})[14s:2s])`),
      ...strict,
      // The best of fourteen seconds is one of many only once there are many. At 14 s it was that of two or three windows, which
      // all held the canary's first requests, and those are slow in any version: one as good as stable failed.
      initialDelay: "20s",
    };
  };
  return {
    args: [{ name: "canary" }, { name: "stable" }],
    metrics: [
      {
        name: "requests",
        successCondition: `len(result) > 0 && result[0] >= ${leastRequestRate}`,
        provider: prometheus(of(RECORDED.requests, "canary")),
        ...strict,
      },
      {
        name: "errors",
        successCondition: `len(result) > 0 && result[0] <= ${mostExtraErrors}`,
        provider: prometheus(`${of(RECORDED.errors, "canary")} - (${of(RECORDED.errors, "stable")} or vector(0))`),
        ...strict,
      },
      noSlower("latency", RECORDED.p90, RECORDED.p90, mostLatency.slackSeconds),
      // On a busy machine some 5 % of all requests meet a pause. Whether the p95 is a short answer's or a pause's is chance
      // then, for each version anew: p95 beside p95 failed good canaries. So the canary's is held beside stable's p98.
      noSlower("tail", RECORDED.p95, RECORDED.p98, mostLatency.tailSlackSeconds),
    ],
  };
}

const strict: Pick<AnalysisMetric, "initialDelay" | "interval" | "failureLimit" | "consecutiveErrorLimit"> = {
  // The canary's first request comes only now, a counter's first value tells no rate, and the rules look back ten seconds.
  initialDelay: "14s",
  interval: "2s",
  failureLimit: 0,
  consecutiveErrorLimit: 1,
};

const prometheus = (query: string): AnalysisMetric["provider"] => ({
  prometheus: { address: PROMETHEUS, query, timeout: QUERY_TIMEOUT },
});
