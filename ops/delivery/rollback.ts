import { setTimeout as sleep } from "node:timers/promises";
import { inEachRegion, type Outcome, type RegionCluster } from "../clusters.ts";
import { digestOf, short } from "./objects.ts";
import { untilObserved } from "./observed.ts";
import { reasonToStay } from "./reasonToStay.ts";
import { deny } from "./record.ts";
import { denialOf, type RegionState, readRegion, readTraffic, type Traffic } from "./region.ts";
import type { Service } from "./services.ts";
import {
  holdWeights,
  isUnderWay,
  NOT_OBSERVED,
  previousReplicaSet,
  returnCanary,
  returnTo,
  setDigest,
  settle,
  stopAtOnce,
} from "./switchTraffic.ts";
import { type Verification, verifyGone } from "./verify.ts";

/** How one region was rolled back. */
export interface RegionRollback {
  /** `aborted`: a canary was stopped. `returned`: the previous version took over again. `unchanged`: there was nothing to do. */
  done: "aborted" | "returned" | "unchanged";
  /** Digest that was taken away, if it is another than the one that serves now. */
  bad?: string;
  good?: string;
  /** The stage that the bad digest had come to. */
  stage: string;
  /** Milliseconds from the decision until the API server had confirmed the switch. */
  switchedAfter?: number;
  verification?: Verification;
  /** What could not be done, or is left to be done; empty when all went well. */
  notes: string[];
}

export interface RollbackOptions {
  service: Service;
  /** When the operator decided: the start of the command. */
  decided: number;
  who: string;
  reason: string;
  /** Whether the whole stack goes back, so that the config will name the good digest again. */
  whole: boolean;
  /** Told as soon as it is so, in each region. */
  tell?: (region: string, news: string) => void;
}

/** How long a region that has fully promoted waits to hear from others what is being released. */
const OTHERS_MS = 500;

/**
 * How long all that follows a switch waits: gateways need about as long to take it up, so nobody could see it sooner, and where
 * the regions share what they run on, the requests would keep those from their switch that have not made it yet.
 */
const STAND_BACK_MS = 1_000;

/**
 * Takes the released digest out of service in all given regions at once. Decisions need nothing but the API server of the
 * region itself: no Pulumi, no Prometheus, no gate, and no controller.
 */
export function rollBack(
  clusters: readonly RegionCluster[],
  options: RollbackOptions,
): Promise<Outcome<RegionRollback>[]> {
  const { service } = options;
  const states: RegionState[] = [];
  const beginnings = new Map(
    clusters.map((cluster) => {
      const beginning = begin(cluster, options);
      beginning.then(({ state }) => states.push(state)).catch(() => {});
      return [cluster.region, beginning];
    }),
  );
  const all = Promise.allSettled(beginnings.values());
  return inEachRegion(clusters, async (cluster) => {
    const { state, stopped } = (await beginnings.get(cluster.region)) ?? {};
    if (state?.digest === undefined) throw new Error(`${service.name}'s Rollout has no image with a digest`);
    const left = leftBehind(state);
    if (stopped === undefined && left !== undefined) return stayReturned(cluster, state, state.digest, left, options);
    if (state.digest === state.stable) {
      if (stopped !== undefined) return stoppedSettings(state, stopped);
      await Promise.race([all, sleep(OTHERS_MS, undefined, { ref: false })]);
      return goBack(cluster, state, state.digest, states, options);
    }
    return stopCanary(
      cluster,
      state,
      state.digest,
      stopped ?? (await stop(cluster, state, async () => state, options)),
      options,
    );
  });
}

/** A canary that gets no requests any more. */
interface Stopped {
  switchedAfter: number;
  notes: string[];
}

/** Stops a canary before anything else is read; what is left to be read or decided comes after it. */
async function begin(cluster: RegionCluster, options: RollbackOptions) {
  const { client } = cluster;
  const { service } = options;
  const traffic = await readTraffic(client, service);
  let reading: Promise<RegionState> | undefined;
  const read = (): Promise<RegionState> => {
    reading ??= readRegion(client, service, traffic);
    return reading;
  };
  const stopped = isUnderWay(traffic.rollout) ? await stop(cluster, traffic, read, options) : undefined;
  return { state: await read(), stopped };
}

/** The digest that a rollback has taken away already, where Argo's controller has not followed yet. */
const leftBehind = ({ digest, stable, current, phase }: RegionState): string | undefined =>
  phase === "pending" && digest === stable ? current : undefined;

/** A rollback that Argo, dead or slow, has not followed yet: an abort now would give the traffic back to the bad digest. */
async function stayReturned(
  { client, region }: RegionCluster,
  state: RegionState,
  good: string,
  bad: string,
  options: RollbackOptions,
): Promise<RegionRollback> {
  const set = state.replicaSets.find(({ spec }) => digestOf(spec.template, options.service.name) === good);
  if (set !== undefined) {
    const previous = { set, digest: good, ready: set.status?.readyReplicas ?? 0 };
    await returnTo(client, options.service, state, previous);
    await returnCanary(client, options.service, state, previous);
  }
  const verification = await verify({ client, region }, state, bad, options);
  const notes = [`was on its way back to ${short(good)} already; Argo's controller has not followed yet`];
  return { done: "unchanged", bad, good, stage: "done", ...(verification && { verification }), notes };
}

/** @throws Error when neither could be done */
async function stop(
  { client, region }: RegionCluster,
  traffic: Traffic,
  read: () => Promise<RegionState>,
  { service, whole, decided, tell }: RollbackOptions,
): Promise<Stopped> {
  // Only for the whole stack: a config that names the bad digest for other regions would have the next `up` set it again.
  // Nor for other settings under one image, which are the config's to take back.
  const findGood = async () => {
    const { digest, stable } = await read();
    return stable === digest ? undefined : stable;
  };
  const { weights, told } = stopAtOnce(client, service, traffic, whole ? findGood : undefined);
  const switching = Promise.any([weights, told]).then(() => {
    const after = since(decided);
    tell?.(region, `switched after ${after} ms`);
    return after;
  });
  const [switched, ...ended] = await Promise.allSettled([switching, told, weights]);
  const notes = failures(ended, ["what Argo is told", "the weights"]);
  if (switched.status === "rejected") throw new Error(notes.join("; "));
  return { switchedAfter: switched.value, notes };
}

/** What is to be done about a canary that was stopped: it is denied, seen to be gone, and the Rollout goes back. */
async function stopCanary(
  cluster: RegionCluster,
  state: RegionState,
  bad: string,
  { switchedAfter, notes: problems }: Stopped,
  options: RollbackOptions,
): Promise<RegionRollback> {
  const { client } = cluster;
  const { service, whole } = options;
  const ending = new AbortController();
  const holding = holdWeights(client, service, state, ending.signal);
  const good = state.stable;
  const { left, verification } = await afterSwitch(cluster, state, bad, options, () =>
    attempt("the image of the Rollout", async () => {
      if (whole && good !== undefined) {
        await setDigest(client, service, good);
        return settle(client, service, good, bad);
      }
      // An abort that Argo has overlooked would have it give the canary its weight again, once nobody holds the weights.
      return (await untilObserved(client, service)) ? undefined : NOT_OBSERVED;
    }),
  );
  const notes = [...problems, ...left];
  ending.abort();
  await holding;
  const what = { bad, ...(good === undefined ? {} : { good }), stage: state.stage };
  return { done: "aborted", ...what, switchedAfter, ...(verification && { verification }), notes };
}

/** A canary of other settings under the image of stable: no answer tells the two apart, and to deny the image would deny stable. */
function stoppedSettings({ digest = "", stage }: RegionState, { switchedAfter, notes }: Stopped): RegionRollback {
  const left = `stable has the same image, so nothing is denied: take the change of settings back in the stack's config`;
  return { done: "aborted", good: digest, stage, switchedAfter, notes: [...notes, left] };
}

/** After a full promotion: the previous version, whose pods are still up. */
async function goBack(
  cluster: RegionCluster,
  state: RegionState,
  bad: string,
  others: readonly RegionState[],
  options: RollbackOptions,
): Promise<RegionRollback> {
  const { client, region } = cluster;
  const { service, decided } = options;
  const reason = reasonToStay(state, bad, others);
  if (reason !== undefined) return { done: "unchanged", good: bad, stage: state.stage, notes: [reason] };
  const previous = previousReplicaSet(state, (digest) => denialOf(state, digest) !== undefined);
  if (previous === undefined)
    throw new Error(
      `there is nothing to go back to: no other version of ${service.name} is kept here. Release a good digest: novactl release --image …`,
    );
  const notes: string[] = [];
  const [switched] = await Promise.allSettled([returnTo(client, service, state, previous)]);
  notes.push(...failures([switched], ["the switch"]));
  const switchedAfter = since(decided);
  options.tell?.(region, `switched after ${switchedAfter} ms`);
  if (previous.ready === 0) notes.push(`no pod of ${short(previous.digest)} was up any more; they have to start first`);
  const { left, verification } = await afterSwitch(cluster, state, bad, options, () =>
    attempt("the canary's Service and the check of the Rollout", async () => {
      await returnCanary(client, service, state, previous);
      return settle(client, service, previous.digest, bad);
    }),
  );
  notes.push(...left);
  const what = { bad, good: previous.digest, stage: "done", switchedAfter };
  return { done: "returned", ...what, ...(verification && { verification }), notes };
}

/**
 * What follows a switch: the digest is denied at once; later what is served is looked at, while the rest is done.
 * @returns `left`: what went wrong, or is left to be done
 */
async function afterSwitch(
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

async function verify(
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
async function attempt(what: string, work: () => Promise<string | undefined>): Promise<string[]> {
  try {
    const left = await work();
    return left === undefined ? [] : [left];
  } catch (error) {
    return [`${what} failed: ${error instanceof Error ? error.message : error}`];
  }
}

const failures = (results: readonly PromiseSettledResult<unknown>[], names: readonly string[]): string[] =>
  results.flatMap((result, index) =>
    result.status === "fulfilled"
      ? []
      : [`${names[index]} failed: ${result.reason instanceof Error ? result.reason.message : result.reason}`],
  );

const since = (decided: number): number => Math.round(performance.now() - decided);
