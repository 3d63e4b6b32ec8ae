import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import { applyAsOwner, FIELD_MANAGER, TIMEOUT_MS } from "./edit.ts";
import {
  DIGEST_ANNOTATION,
  digestOf,
  HASH_LABEL,
  type ReplicaSet,
  type Rollout,
  type TraefikService,
  withDigest,
} from "./objects.ts";
import { OBSERVE_MS, Reminder } from "./observed.ts";
import { hashOf, type RegionState, type Traffic } from "./region.ts";
import { paths, type Service } from "./services.ts";

const OPTIONS = { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS };

/** Stops a canary for good: Argo sets the weights back, and starts nothing before the Rollout is changed. */
const abort = (client: ClusterClient, service: Service): Promise<Rollout> =>
  client.merge<Rollout>(`${paths(service).rollout}/status`, { status: { abort: true } }, OPTIONS);

/**
 * Whether a canary is under way for certain, by the Rollout alone: Argo has taken up the last change, runs something else than
 * what is stable, and was not told to stop. An abort in any other state could do harm.
 */
export const isUnderWay = ({ metadata, status = {} }: Rollout): boolean => {
  const { observedGeneration, currentPodHash, stableRS, abort: aborted } = status;
  return (
    observedGeneration === String(metadata.generation) &&
    Boolean(currentPodHash && stableRS) &&
    currentPodHash !== stableRS &&
    aborted !== true
  );
};

/**
 * Takes all requests from a canary: by the weights, which hold without Argo, and by telling Argo; either is enough. Argo is
 * told by the image of stable, where that is to be run again. An abort leaves the canary current, and Argo then moves its
 * Service to and fro until its pods are gone (docs/decisions/0017): what only needs an image takes seconds.
 *
 * @param findGood finds the digest to go back to, once the weights are set; without it, or where it finds none, the Rollout
 *   keeps what it names, and is aborted
 */
export function stopAtOnce(
  client: ClusterClient,
  service: Service,
  traffic: Traffic,
  findGood?: () => Promise<string | undefined>,
): { weights: Promise<unknown>; told: Promise<unknown> } {
  const { rollout } = traffic;
  const stop = async (): Promise<unknown> =>
    rollout.status?.abort === true ? undefined : await abort(client, service);
  const takeBack = async (): Promise<unknown> => {
    const good = await findGood?.();
    return good === undefined ? stop() : setDigest(client, service, good, rollout);
  };
  const weights = Promise.resolve().then(() => setWeights(client, service, traffic, 0));
  const told = findGood === undefined ? stop() : weights.then(takeBack, takeBack).catch(stop);
  return { weights, told };
}

/**
 * Sets the gateway's weights, whatever Argo does: it may be dead. The list is one value for the API, so it is sent whole, with
 * everything else in it as it is.
 */
export function setWeights(
  client: ClusterClient,
  service: Service,
  { rollout, weights }: Traffic,
  canary: 0 | 100,
): Promise<TraefikService> {
  if (weights === undefined) throw new Error(`the gateway's weights, ${paths(service).weights}, could not be read`);
  const { stableService, canaryService } = rollout.spec.strategy.canary;
  const services = weights.spec.weighted.services.map((entry) => {
    if (entry.name === canaryService) return { ...entry, weight: canary };
    return entry.name === stableService ? { ...entry, weight: 100 - canary } : entry;
  });
  return client.merge<TraefikService>(paths(service).weights, { spec: { weighted: { services } } }, OPTIONS);
}

/** Points one of the two Services at the pods of a ReplicaSet, as Argo does. */
export const selectPods = (client: ClusterClient, service: Service, name: string, hash: string): Promise<unknown> =>
  client.merge(`${paths(service).services}/${name}`, { spec: { selector: { [HASH_LABEL]: hash } } }, OPTIONS);

/** What a region goes back to, and how many of its pods are ready. */
export interface Previous {
  set: ReplicaSet;
  digest: string;
  ready: number;
}

/**
 * The ReplicaSet to go back to after a full promotion: the one that was stable when the digest was released, as far as that was
 * recorded; else the one with the most pods, which is what Argo leaves of it, while of an aborted canary it leaves few. Never
 * one that was denied. Its pods may be gone by now: then they have to start first.
 */
export function previousReplicaSet(
  { replicaSets, digest, rollout, history }: RegionState,
  isDenied: (digest: string) => boolean,
): Previous | undefined {
  const before = history.findLast((entry) => entry.action === "release" && entry.digest === digest)?.from;
  const candidates = replicaSets.flatMap((set, age) => {
    const found = digestOf(set.spec.template, rollout.metadata.name);
    if (found === undefined || found === digest || isDenied(found)) return [];
    return [{ set, digest: found, ready: set.status?.readyReplicas ?? 0, age }];
  });
  return candidates.toSorted((a, b) => {
    const recorded = Number(b.digest === before) - Number(a.digest === before);
    // With pods: a canary that was aborted at 100 % has as many, and is younger. Without: the youngest.
    return recorded || b.ready - a.ready || (a.ready > 0 ? b.age - a.age : a.age - b.age);
  })[0];
}

/** Has the Rollout run another digest, in Pulumi's name, and changes nothing else of it. `known`: as it was just read. */
export const setDigest = (
  client: ClusterClient,
  service: Service,
  digest: string,
  known?: Rollout,
): Promise<Rollout> => {
  const change = (applied: Rollout, live: Rollout): Rollout => {
    const from = digestOf(live.spec.template, service.name);
    if (from === undefined) throw new Error(`${service.name}'s Rollout has no image with a digest`);
    const changed = withDigest(applied, from, digest);
    const annotations = { ...changed.metadata.annotations, [DIGEST_ANNOTATION]: digest };
    return { ...changed, metadata: { ...changed.metadata, annotations } };
  };
  return applyAsOwner<Rollout>(client, paths(service).rollout, ["spec", "template"], change, known);
};

/** Tells Argo which ReplicaSet counts as stable. */
const setStable = (client: ClusterClient, service: Service, hash: string): Promise<Rollout> =>
  client.merge<Rollout>(`${paths(service).rollout}/status`, { status: { stableRS: hash } }, OPTIONS);

/**
 * After a full promotion both Services select the new pods, and an abort does nothing. So the image goes back, the previous
 * ReplicaSet is declared stable again, and the stable Service and all the weight get its pods: what Argo would do, done without
 * waiting for it. With `returnCanary` that state holds without Argo, and is whole for it: a version that is stable already has
 * no steps to go, be it within the rollback window or not. In this order: with the image still in place, Argo would undo the
 * rest.
 */
export async function returnTo(
  client: ClusterClient,
  service: Service,
  state: RegionState,
  previous: Previous,
): Promise<void> {
  await setDigest(client, service, previous.digest, state.rollout);
  const hash = hashOf(previous.set);
  // Without pods there is nothing to point at; Argo starts them.
  if (hash === undefined || previous.ready === 0) return;
  await Promise.all([
    setStable(client, service, hash),
    selectPods(client, service, state.rollout.spec.strategy.canary.stableService, hash),
    // Every change costs each gateway a new configuration, just when it has another to take up.
    state.weights !== undefined && canaryWeight(state.rollout, state.weights) === 0
      ? undefined
      : setWeights(client, service, state, 0),
  ]);
}

/** The rest of `returnTo`, which moves no request: the canary's Service has no weight. */
export async function returnCanary(
  client: ClusterClient,
  service: Service,
  { rollout }: RegionState,
  { set, ready }: Previous,
): Promise<void> {
  const hash = hashOf(set);
  if (hash !== undefined && ready > 0)
    await selectPods(client, service, rollout.spec.strategy.canary.canaryService, hash);
}

/** How often the weights are looked at while they have to hold. */
const HOLD_MS = 250;

/**
 * Sets the weights to stable again whenever they are not, until told to end: Argo may have been about to set a stage when it
 * was stopped, and does it after us.
 */
export async function holdWeights(
  client: ClusterClient,
  service: Service,
  state: RegionState,
  ending: AbortSignal,
): Promise<void> {
  while (!ending.aborted) {
    await sleep(HOLD_MS, undefined, { signal: ending }).catch(() => {});
    if (ending.aborted) return;
    try {
      const weights = await client.request<TraefikService>("GET", paths(service).weights, { timeout: TIMEOUT_MS });
      if (canaryWeight(state.rollout, weights) !== 0) await setWeights(client, service, { ...state, weights }, 0);
    } catch {
      // What cannot be reached now is looked at again.
    }
  }
}

/** Percent of the requests that the gateway is to send to the canary. */
export const canaryWeight = ({ spec }: Rollout, weights: TraefikService | undefined): number =>
  weights?.spec.weighted.services.find(({ name }) => name === spec.strategy.canary.canaryService)?.weight ?? 0;

export const NOT_OBSERVED = "Argo's controller has not taken the change up; traffic is where it should be without it";

/** How often it is asked whether Argo has settled: the requests are on the new way by then, and nobody waits for this. */
const SETTLE_MS = 1_000;

/**
 * Waits until Argo runs the digest as the only one. Does nothing by itself but three things: Argo is reminded of a change that
 * it has overlooked; where pods have to start first, the steps are skipped; and a canary that somebody starts again meanwhile,
 * such as an `up` that was under way, is stopped again.
 *
 * Returns what is left to be done, or undefined.
 */
export async function settle(
  client: ClusterClient,
  service: Service,
  good: string,
  bad: string,
  deadline = performance.now() + OBSERVE_MS,
): Promise<string | undefined> {
  let left = NOT_OBSERVED;
  const reminder = new Reminder(client, service);
  while (performance.now() < deadline) {
    const [rollout, sets, weights] = await Promise.all([
      client.request<Rollout>("GET", paths(service).rollout, { timeout: TIMEOUT_MS }),
      client.request<{ items: ReplicaSet[] }>("GET", paths(service).replicaSets, { timeout: TIMEOUT_MS }),
      client.request<TraefikService>("GET", paths(service).weights, { timeout: TIMEOUT_MS }),
    ]);
    const { status = {}, spec } = rollout;
    const digestAt = (hash: string | undefined) => {
      const set = sets.items.find((candidate) => hash !== undefined && hashOf(candidate) === hash);
      return set && digestOf(set.spec.template, service.name);
    };
    if (digestOf(spec.template, service.name) === bad) {
      if (status.abort !== true) await abort(client, service);
      return `the Rollout was set to ${bad} again meanwhile, perhaps by an \`up\`; it is denied here and gets no traffic`;
    }
    await reminder.look(rollout);
    const taken = digestAt(status.currentPodHash) === good;
    const isStable = digestAt(status.stableRS) === good;
    if (taken && isStable && canaryWeight(rollout, weights) === 0) return undefined;
    if (taken && !isStable) {
      left = `pods of ${good} are still starting`;
      if (status.currentStepIndex !== spec.strategy.canary.steps.length && status.promoteFull !== true)
        await client
          .merge(`${paths(service).rollout}/status`, { status: { promoteFull: true } }, OPTIONS)
          .catch((error) => {
            if (!isNotFound(error)) throw error;
          });
    }
    await sleep(SETTLE_MS);
  }
  return left;
}
