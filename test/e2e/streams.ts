import assert from "node:assert/strict";
import { METRICS } from "../../k8s/contract.ts";
import { proxied } from "../../ops/delivery/services.ts";
import { type Environment, type RegionName, until } from "./environment.ts";

/** What a region's background load says of its long streams, as the region's Prometheus has it. */
export interface StreamFigures {
  /** Open ones. */
  open: number;
  /** Open ones on one version. */
  on: number;
  /** Those that went on elsewhere because their pod drained, since the load began. */
  drained: number;
  lost: number;
}

/** @param digest of the version that `on` is about */
export async function streamFigures(
  environment: Environment,
  region: RegionName,
  digest: string,
): Promise<StreamFigures> {
  const client = await environment.cluster(region);
  const ask = async (expression: string): Promise<number> => {
    const { data } = await client.get<{ data: { result: { value: [number, string] }[] } }>(
      proxied("monitoring", "prometheus-operated", 9090, "/api/v1/query"),
      { query: `sum(${expression})` },
    );
    // A version without streams has no series.
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const [open, on, drained, lost] = await Promise.all([
    ask(METRICS.loadStreams),
    ask(`${METRICS.loadStreams}{digest="${digest}"}`),
    ask(`${METRICS.streamResumptions}{reason="drain"}`),
    ask(METRICS.streamMessagesLost),
  ]);
  return { open, on, drained, lost };
}

/** Waits until a region's load has a stream on a version: sessions are renewed within 30 s, to where the weights lead. */
export async function streamOn(environment: Environment, region: RegionName, digest: string): Promise<void> {
  let last: StreamFigures | undefined;
  await until(
    `${region} to have a stream on the release`,
    90,
    async () => {
      last = await streamFigures(environment, region, digest);
      return last.on > 0;
    },
    () => last,
  );
}

/** How long Prometheus may take to see it: two scrapes, and what a busy machine adds. */
const SEEN_SECONDS = 8;

/**
 * After a rollback: no stream is on the version that was taken back, and no number was lost on the way.
 * @param before as it was right before the rollback
 */
export async function streamsLeft(
  environment: Environment,
  region: RegionName,
  digest: string,
  before: StreamFigures,
): Promise<void> {
  let last: StreamFigures | undefined;
  await until(
    `${region} to have its streams elsewhere`,
    SEEN_SECONDS,
    async () => {
      last = await streamFigures(environment, region, digest);
      return last.on === 0 && last.open > 0;
    },
    () => last,
  );
  assert.equal(last?.lost, 0, `${region}: numbers that nobody acknowledged`);
  // One of them may have been renewed meanwhile, and so have left by itself.
  if (before.on > 1)
    assert.ok((last?.drained ?? 0) > before.drained, `${region}: ${JSON.stringify([before, last])}: none was drained`);
}
