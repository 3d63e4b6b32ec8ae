import assert from "node:assert/strict";
import { type Environment, type RegionName, STACK } from "./environment.ts";

interface Series {
  metric: Record<string, string>;
  value: [seconds: number, value: string];
}

/** What a region's Prometheus answers at a path of its API. */
export async function askPrometheus<Data>(environment: Environment, region: RegionName, path: string): Promise<Data> {
  const cluster = await environment.cluster(region);
  const base = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1";
  const { status, data } = await cluster.get<{ status: string; data: Data }>(`${base}${path}`);
  assert.equal(status, "success");
  return data;
}

/** @throws when Prometheus cannot evaluate it */
export const query = async (environment: Environment, region: RegionName, expression: string): Promise<Series[]> =>
  (await askPrometheus<{ result: Series[] }>(environment, region, `/query?query=${encodeURIComponent(expression)}`))
    .result;

/** What a region's Prometheus has written of late that is more than a note. */
export async function complaints(environment: Environment, region: RegionName): Promise<string[]> {
  const logs = ["logs", STACK, region, "prometheus", "--sim", "--namespace", "monitoring", "--tail", "1000"];
  const { stdout } = await environment.novactl(...logs);
  return stdout
    .split("\n")
    .filter((line) => /level=(WARN|ERROR)/.test(line))
    .slice(-10);
}
