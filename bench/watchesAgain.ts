import { setTimeout as sleep } from "node:timers/promises";
import type { RegionCluster } from "../ops/clusters.ts";
import { waitUntil } from "../ops/delivery/waiting.ts";

/** Longest that client-go waits until it asks an API server again: 0.8 s at first, doubled each time up to 30 s, and that by chance up to doubled. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Waits until an API server that was away answers, and whoever watches it has heard of it again. Until then gateways, Argo and
 * Prometheus act on what was: a release would be taken back for want of figures, or not answer everywhere (both seen).
 */
export async function watchesAgain({ region, client }: Pick<RegionCluster, "region" | "client">): Promise<void> {
  const answers = () =>
    client.request("GET", "/version").then(
      () => true,
      () => false,
    );
  await waitUntil(`the API server of ${region}`, answers, { seconds: 60 });
  await sleep(LONGEST_WAIT_MS);
}
