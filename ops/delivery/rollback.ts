import { setTimeout as sleep } from "node:timers/promises";
import { inEachRegion, type Outcome, type RegionCluster } from "../clusters.ts";
import { afterSwitch, attempt, failures, verify } from "./afterSwitch.ts";
import { digestOf, short } from "./objects.ts";
import { untilObserved } from "./observed.ts";
import { reasonToStay } from "./reasonToStay.ts";
import { denialOf, hashOf, type RegionState, readRegion, readTraffic, type Traffic } from "./region.ts";
import type { RollbackOptions } from "./rollbackOptions.ts";
import { since } from "./since.ts";
import { Standby } from "./standby.ts";
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
import type { Verification } from "./verify.ts";

/** How one region was rolled back. */
export interface RegionRollback {
  /** `aborted`: a canary was stopped. `returned`: the previous version took over again. `unchanged`: there was nothing to do. */
  done: "aborted" | "returned" | "unchanged";
  /** Digest that was taken away, if it is another than the one that serves now. */
  bad?: string;
  good?: string;
  /** The stage that the bad digest had come to. */
  stage: string;
  /** Milliseconds from the decision until the region was asked what it runs, and until it had said so. */
  askedAfter?: number;
  answeredAfter?: number;
  /** Milliseconds from the decision until the API server had confirmed the switch. */
  switchedAfter?: number;
  verification?: Verification;
  /** What could not be done, or is left to be done; empty when all went well. */
  notes: string[];
}

/** How long a region that has fully promoted waits to hear from others what is being released. */
const OTHERS_MS = 500;

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
  const rollBackRegion = async (cluster: RegionCluster, beginning: Beginning): Promise<RegionRollback> => {
    const { state, standby, stopped } = beginning;
    if (state.digest === undefined) throw new Error(`${service.name}'s Rollout has no image with a digest`);
    const left = leftBehind(state);
    if (stopped === undefined && left !== undefined) return stayReturned(cluster, state, state.digest, left, options);
    if (state.digest === state.stable) {
      if (stopped !== undefined) return stoppedSettings(state, stopped);
      await Promise.race([all, sleep(OTHERS_MS, undefined, { ref: false })]);
      return goBack(cluster, state, standby, state.digest, states, options);
    }
    const read = async () => state;
    return stopCanary(
      cluster,
      state,
      state.digest,
      stopped ?? (await stop(cluster, state, undefined, read, options)),
      options,
    );
  };
  return inEachRegion(clusters, async (cluster) => {
    const beginning = await beginnings.get(cluster.region);
    if (beginning === undefined) throw new Error(`${cluster.region} was not looked at`);
    const result = await rollBackRegion(cluster, beginning);
    const { standby, askedAfter, answeredAfter } = beginning;
    if (standby?.serves === true)
      result.notes.push(...(await attempt("giving the requests back", () => standby.giveBack())));
    return { ...result, askedAfter, answeredAfter };
  });
}

/** A canary that gets no requests any more. */
interface Stopped {
  switchedAfter: number;
  notes: string[];
  /** Stops it behind the requests, where these go past Argo, which was not told yet. */
  stopBehind?: () => Promise<undefined>;
}

interface Beginning {
  state: RegionState;
  standby: Standby | undefined;
  stopped: Stopped | undefined;
  askedAfter: number;
  answeredAfter: number;
}

/** Stops a canary before anything else is read; what is left to be read or decided comes after it. */
async function begin(cluster: RegionCluster, options: RollbackOptions): Promise<Beginning> {
  const { client, region } = cluster;
  const { service, decided, tell } = options;
  const askedAfter = since(decided);
  const [traffic, standby] = await Promise.all([readTraffic(client, service), Standby.read(client, service)]);
  const answeredAfter = since(decided);
  tell?.(region, `asked after ${askedAfter} ms, answered after ${answeredAfter} ms`);
  let reading: Promise<RegionState> | undefined;
  const read = (): Promise<RegionState> => {
    reading ??= readRegion(client, service, traffic);
    return reading;
  };
  const stopped = isUnderWay(traffic.rollout) ? await stop(cluster, traffic, standby, read, options) : undefined;
  return { state: await read(), standby, stopped, askedAfter, answeredAfter };
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

/**
 * By the version before, which takes over past Argo; or, where it does not stand by, by the weights and by what Argo is told.
 * @throws Error when neither could be done
 */
async function stop(
  { client, region }: RegionCluster,
  traffic: Traffic,
  standby: Standby | undefined,
  read: () => Promise<RegionState>,
  options: RollbackOptions,
): Promise<Stopped> {
  const { decided, tell } = options;
  const switched = () => {
    const after = since(decided);
    tell?.(region, `switched after ${after} ms`);
    return after;
  };
  const stopThere = () => tellArgo(client, traffic, read, options);
  if (standby?.isReady(traffic.rollout.status?.stableRS) === true && (await standby.takeOver()))
    return {
      switchedAfter: switched(),
      notes: [],
      stopBehind: async () => {
        const { told, weights } = stopThere();
        await Promise.all([told, weights]);
      },
    };
  const { weights, told } = stopThere();
  const [first, ...ended] = await Promise.allSettled([Promise.any([weights, told]).then(switched), told, weights]);
  const notes = failures(ended, TOLD);
  if (first.status === "rejected") throw new Error(notes.join("; "));
  return { switchedAfter: first.value, notes };
}

const TOLD = ["what Argo is told", "the weights"];

function tellArgo(
  client: RegionCluster["client"],
  traffic: Traffic,
  read: () => Promise<RegionState>,
  { service, whole }: RollbackOptions,
): ReturnType<typeof stopAtOnce> {
  // Only for the whole stack: a config that names the bad digest for other regions would have the next `up` set it again.
  // Nor for other settings under one image, which are the config's to take back.
  const findGood = async () => {
    const { digest, stable } = await read();
    return stable === digest ? undefined : stable;
  };
  return stopAtOnce(client, service, traffic, whole ? findGood : undefined);
}

/** What is to be done about a canary that was stopped: it is denied, seen to be gone, and the Rollout goes back. */
async function stopCanary(
  cluster: RegionCluster,
  state: RegionState,
  bad: string,
  { switchedAfter, notes: problems, stopBehind }: Stopped,
  options: RollbackOptions,
): Promise<RegionRollback> {
  const { client } = cluster;
  const { service, whole } = options;
  const ending = new AbortController();
  const holding = stopBehind === undefined ? holdWeights(client, service, state, ending.signal) : undefined;
  const good = state.stable;
  const { left, verification } = await afterSwitch(cluster, state, bad, options, () =>
    attempt("the image of the Rollout", async () => {
      await stopBehind?.();
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
async function stoppedSettings(
  { digest = "", stage }: RegionState,
  { switchedAfter, notes: problems, stopBehind }: Stopped,
): Promise<RegionRollback> {
  const notes = await attempt("stopping the canary", async () => stopBehind?.());
  const left = `stable has the same image, so nothing is denied: take the change of settings back in the stack's config`;
  return { done: "aborted", good: digest, stage, switchedAfter, notes: [...problems, ...notes, left] };
}

/** After a full promotion: the previous version, whose pods are still up. */
async function goBack(
  cluster: RegionCluster,
  state: RegionState,
  standby: Standby | undefined,
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
  const isPast = standby?.isReady(hashOf(previous.set)) === true && (await standby.takeOver());
  const giveAll = () => returnTo(client, service, state, previous);
  const notes = isPast ? [] : failures(await Promise.allSettled([giveAll()]), ["the switch"]);
  const switchedAfter = since(decided);
  options.tell?.(region, `switched after ${switchedAfter} ms`);
  if (previous.ready === 0) notes.push(`no pod of ${short(previous.digest)} was up any more; they have to start first`);
  const { left, verification } = await afterSwitch(cluster, state, bad, options, () =>
    attempt("the canary's Service and the check of the Rollout", async () => {
      if (isPast) await giveAll();
      await returnCanary(client, service, state, previous);
      return settle(client, service, previous.digest, bad);
    }),
  );
  notes.push(...left);
  const what = { bad, good: previous.digest, stage: "done", switchedAfter };
  return { done: "returned", ...what, ...(verification && { verification }), notes };
}
