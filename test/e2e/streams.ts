import assert from "node:assert/strict";
import { METRICS } from "../../k8s/contract.ts";
import { proxied } from "../../ops/delivery/services.ts";
import { type Environment, type RegionName, until } from "./environment.ts";

/** What a region's background load says of its long streams, as the region's Prometheus has it. */
interface StreamFigures {
  /** Open ones. */
  open: number;
  /** Open ones on one version. */
  on: number;
  lost: number;
}

/** @param digest of the version that `on` is about */
async function streamFigures(environment: Environment, region: RegionName, digest: string): Promise<StreamFigures> {
  const client = await environment.cluster(region);
  const ask = async (expression: string): Promise<number> => {
    const { data } = await client.get<{ data: { result: { value: [number, string] }[] } }>(
      proxied("monitoring", "prometheus-operated", 9090, "/api/v1/query"),
      { query: `sum(${expression})` },
    );
    // A version without streams has no series.
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const [open, on, lost] = await Promise.all([
    ask(METRICS.loadStreams),
    ask(`${METRICS.loadStreams}{digest="${digest}"}`),
    ask(METRICS.streamMessagesLost),
  ]);
  return { open, on, lost };
}

async function untilStreams(
  environment: Environment,
  region: RegionName,
  digest: string,
  [what, seconds, holds]: [what: string, seconds: number, holds: (figures: StreamFigures) => boolean],
): Promise<StreamFigures> {
  let last: StreamFigures = { open: 0, on: 0, lost: 0 };
  await until(
    `${region} to have ${what}`,
    seconds,
    async () => {
      last = await streamFigures(environment, region, digest);
      return holds(last);
    },
    () => last,
  );
  return last;
}

/** Waits until a region's load has a stream on a version: sessions are renewed within 10 s, to where the weights lead. */
export const streamOn = (environment: Environment, region: RegionName, digest: string): Promise<StreamFigures> =>
  untilStreams(environment, region, digest, ["a stream on the release", 90, ({ on }) => on > 0]);

/**
 * After a rollback: no stream is on the version that was taken back, and no number was lost on the way. Prometheus may take
 * two scrapes to see it, and what a busy machine adds.
 */
export async function streamsLeft(environment: Environment, region: RegionName, digest: string): Promise<void> {
  const gone = ({ on, open }: StreamFigures) => on === 0 && open > 0;
  const { lost } = await untilStreams(environment, region, digest, ["its streams elsewhere", 10, gone]);
  assert.equal(lost, 0, `${region}: numbers that nobody acknowledged`);
}
