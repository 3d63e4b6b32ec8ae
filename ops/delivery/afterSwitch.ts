import { setTimeout as sleep } from "node:timers/promises";
import type { RegionCluster } from "../clusters.ts";
import { short } from "./objects.ts";
import { deny } from "./record.ts";
import type { RegionState } from "./region.ts";
import type { RollbackOptions } from "./rollbackOptions.ts";
import { isUnderWay } from "./switchTraffic.ts";
import { type Verification, verifyGone } from "./verify.ts";

/**
 * How long all that follows a switch waits: gateways need about as long to take it up, so nobody could see it sooner, and where
 * the regions share what they run on, the requests would keep those from their switch that have not made it yet.
 */
const STAND_BACK_MS = 1_000;

/**
 * What follows a switch: the digest is denied at once; later what is served is looked at, while the rest is done.
 * @returns `left`: what went wrong, or is left to be done
 */
export async function afterSwitch(
  { client, region }: RegionCluster,
  state: RegionState,
  bad: string,
  options: RollbackOptions,
  rest: () => Promise<string[]>,
): Promise<{ left: string[]; verification: Verification | undefined }> {
  const latching = latch(state, bad, options, client);
  await sleep(STAND_BACK_MS);
  const settling = async (): Promise<string[]> => [...(await latching), ...(await rest())];
  const [left, verification] = await Promise.all([settling(), verify({ client, region }, state, bad, options)]);
  return { left, verification };
}

/**
 * Denies the digest; returns what went wrong. What denies it already stays, but for a release that this command has aborted:
 * there the release gate may have been quicker, and knows no reason.
 */
const latch = (
  state: RegionState,
  bad: string,
  { service, who, reason }: RollbackOptions,
  client: RegionCluster["client"],
): Promise<string[]> =>
  state.denied[bad] !== undefined && !isUnderWay(state.rollout)
    ? Promise.resolve([])
    : attempt("denying the digest", () =>
        deny(client, service, bad, { who, at: new Date().toISOString(), reason }).then(() => undefined),
      );

export async function verify(
  { client, region }: Pick<RegionCluster, "client" | "region">,
  { phase, weight }: RegionState,
  bad: string,
  { service, decided, tell }: RollbackOptions,
): Promise<Verification | undefined> {
  if (service.probe === undefined) return undefined;
  const percentage = phase === "stable" ? 100 : weight;
  const verification = await verifyGone(client, service.probe, [bad], { percentage, decided });
  if (verification.clear) tell?.(region, `${short(bad)} is gone, seen after ${verification.after} ms`);
  return verification;
}

/** A step that must not keep the others from being done: what went wrong, or what it says is left. */
export async function attempt(what: string, work: () => Promise<string | undefined>): Promise<string[]> {
  try {
    const left = await work();
    return left === undefined ? [] : [left];
  } catch (error) {
    return [`${what} failed: ${error instanceof Error ? error.message : error}`];
  }
}

export const failures = (results: readonly PromiseSettledResult<unknown>[], names: readonly string[]): string[] =>
  results.flatMap((result, index) =>
    result.status === "fulfilled"
      ? []
      : [`${names[index]} failed: ${result.reason instanceof Error ? result.reason.message : result.reason}`],
  );
