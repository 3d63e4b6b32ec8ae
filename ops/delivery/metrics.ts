import type { ClusterClient } from "../../client/client.ts";
import { RECORDED } from "../../k8s/monitoring/recordingRules.ts";
import { TIMEOUT_MS } from "./edit.ts";
import { proxied } from "./services.ts";

/** Service level indicators of one version of a service, over the last seconds. */
export interface Indicators {
  /** Requests per second. */
  rate: number;
  /** Share of requests that failed, 0–1. */
  errors: number | undefined;
  /** Seconds that 95 of 100 requests stay below. */
  p95: number | undefined;
}

interface QueryAnswer {
  data?: { result?: { metric: Record<string, string>; value: [number, string] }[] };
}

/** The recording rules that canary analyses read too, so that people and machines judge by the same figures. */
const RULES = { rate: RECORDED.requests, errors: RECORDED.errors, p95: RECORDED.p95 } as const;

/** Indicators by pod template hash, from the region's own Prometheus. @throws when it does not answer */
export async function readIndicators(client: ClusterClient, service: string): Promise<Map<string, Indicators>> {
  const query = `{__name__=~"${Object.values(RULES).join("|")}",service="${service}"}`;
  const answer = await client.request<QueryAnswer>(
    "GET",
    proxied("monitoring", "prometheus-operated", 9090, "/api/v1/query"),
    { query: { query }, timeout: TIMEOUT_MS },
  );
  const found = new Map<string, Indicators>();
  for (const { metric, value } of answer.data?.result ?? []) {
    const hash = metric.pod_template_hash;
    const number = Number(value[1]);
    if (hash === undefined || !Number.isFinite(number)) continue;
    const indicators = found.get(hash) ?? { rate: 0, errors: undefined, p95: undefined };
    const name = Object.entries(RULES).find(([, rule]) => rule === metric.__name__)?.[0] as keyof Indicators;
    found.set(hash, { ...indicators, [name]: number });
  }
  return found;
}

/** Share of the requests that one version really gets, in percent; undefined while there are none at all. */
export function measuredShare(
  indicators: ReadonlyMap<string, Indicators>,
  hash: string | undefined,
): number | undefined {
  const total = [...indicators.values()].reduce((sum, { rate }) => sum + rate, 0);
  if (total === 0) return undefined;
  return (100 * ((hash === undefined ? undefined : indicators.get(hash))?.rate ?? 0)) / total;
}
