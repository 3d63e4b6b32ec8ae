import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, ObjectList } from "../../client/client.ts";
import { ApiError, isNotFound } from "../../client/problem.ts";
import { TIMEOUT_MS } from "./edit.ts";
import { digestOf, HASH_LABEL, type ReplicaSet, short, type WeightedService } from "./objects.ts";
import { hashOf, ownReplicaSets, readTraffic } from "./region.ts";
import { paths, type Service } from "./services.ts";
import type { Verification } from "./verify.ts";

/** How the long streams of a version were moved that gets no requests any more. */
export interface StreamDrain {
  /** Pods that were told to end, and so to have their sessions resume elsewhere. */
  pods: number;
  /** Milliseconds after the decision until the last of them was gone; undefined when some are left, or nothing was done. */
  after?: number;
  /** Why it was not done, or what is left. */
  problem?: string;
}

export interface DrainOptions {
  service: Service;
  /** Digest that was taken out of service. */
  bad: string;
  /** On the clock of `performance.now()`. */
  decided: number;
  region: string;
  /** Told as soon as it is over. */
  tell?: (region: string, news: string) => void;
}

/** A pod has two seconds until gateways know, five for its sessions, and two for its connections. */
const DEADLINE_MS = 12_000;

/** How often it is looked whether the pods are gone. */
const EVERY_MS = 250;

/**
 * Ends the pods of a digest that serves no request any more: a pod that ends asks each of its sessions to resume elsewhere,
 * and the route leads to the version that serves. Only the pods that are there at the moment; those that their ReplicaSet
 * starts in their place get no session. Never fails: what could not be done is said.
 *
 * @param verifying whether requests have left it; nothing is done before that is seen
 * @returns undefined for a service without streams
 */
export async function drainStreams(
  client: ClusterClient,
  options: DrainOptions,
  verifying: Promise<Verification | undefined>,
): Promise<StreamDrain | undefined> {
  const { service, bad, region, tell } = options;
  if (service.streams !== true) return undefined;
  const verification = await verifying.catch(() => undefined);
  const drain =
    verification?.clear === true
      ? await endPods(client, options).catch((error) => notDrained(bad, describe(error)))
      : notDrained(bad, "it was not seen that requests have left it");
  tell?.(region, describeDrain(drain));
  return drain;
}

/** @throws Error when it is not known for certain which pods may end; then none was told to */
async function endPods(client: ClusterClient, { service, bad, decided }: DrainOptions): Promise<StreamDrain> {
  const pods = await podsOf(client, service, bad);
  const deadline = performance.now() + DEADLINE_MS;
  const ended = await Promise.allSettled(pods.map((pod) => end(client, service, pod)));
  const refused = ended.flatMap((result) => (result.status === "rejected" ? [describe(result.reason)] : []));
  const left = await gone(client, service, pods, deadline);
  if (left === 0) return { pods: pods.length, after: Math.round(performance.now() - decided) };
  const why = refused[0] === undefined ? `within ${DEADLINE_MS / 1000} s` : `(${refused[0]})`;
  return {
    pods: pods.length,
    problem: `streams: ${left} of ${pods.length} pods of ${short(bad)} have not ended ${why}`,
  };
}

const notDrained = (bad: string, why: string): StreamDrain => ({
  pods: 0,
  problem: `streams of ${short(bad)} were not drained: ${why}; they stay until Argo scales its pods down`,
});

/** In a few words, with the figure. */
export const describeDrain = ({ after, problem }: StreamDrain): string =>
  problem ?? `streams drained after ${after} ms`;

/**
 * The pods of a digest, as they are now.
 * @throws Error when they, or one of the objects that say who serves, cannot be read, or when the digest is what serves
 */
async function podsOf(client: ClusterClient, service: Service, bad: string): Promise<KubernetesObject[]> {
  const path = paths(service);
  const read = <Item>(from: string): Promise<Item> => client.request<Item>("GET", from, { timeout: TIMEOUT_MS });
  const [{ rollout, weights }, sets] = await Promise.all([
    readTraffic(client, service),
    read<ObjectList<ReplicaSet>>(path.replicaSets),
  ]);
  if (weights === undefined) throw new Error("the gateway's weights cannot be read");
  const serving = new Set(
    await Promise.all(
      weights.spec.weighted.services.filter(getsRequests).map(async ({ name }) => {
        const { spec } = await read<{ spec: { selector?: Record<string, string> } }>(`${path.services}/${name}`);
        return spec.selector?.[HASH_LABEL];
      }),
    ),
  );
  const own = ownReplicaSets(sets.items, rollout).filter(
    ({ spec }) => digestOf(spec.template, rollout.metadata.name) === bad,
  );
  // Argo gives it the requests back whenever it likes.
  serving.add(rollout.status?.stableRS);
  // Somebody may have changed something since the verification.
  if (serving.has(undefined) || own.some((set) => serving.has(hashOf(set))))
    throw new Error("requests may still go to it");
  const owners = new Set(own.map(({ metadata }) => metadata.uid));
  const lists = await Promise.all(
    own.map((set) =>
      client.request<ObjectList<KubernetesObject>>("GET", path.pods, {
        query: { labelSelector: `${HASH_LABEL}=${hashOf(set)}` },
        timeout: TIMEOUT_MS,
      }),
    ),
  );
  // Labels can be anybody's.
  return lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid)) === true);
}

/** To the gateway, one without a weight has one. */
const getsRequests = ({ weight }: WeightedService): boolean => weight !== 0;

/** Has one pod end in its own time; another of the same name is left alone. */
async function end(client: ClusterClient, service: Service, { metadata }: KubernetesObject): Promise<void> {
  const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: metadata.uid } };
  try {
    await client.request("DELETE", `${paths(service).pods}/${metadata.name}`, { body, timeout: TIMEOUT_MS });
  } catch (error) {
    const isAnother = error instanceof ApiError && error.code === 409;
    if (!isNotFound(error) && !isAnother) throw error;
  }
}

/** Waits until pods are gone; returns how many are left at the deadline. */
async function gone(
  client: ClusterClient,
  service: Service,
  pods: readonly KubernetesObject[],
  deadline: number,
): Promise<number> {
  const waiting = new Set(pods.map(({ metadata }) => metadata.uid));
  while (waiting.size > 0) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    try {
      const { items } = await client.request<ObjectList<KubernetesObject>>("GET", paths(service).pods, {
        timeout: Math.min(left, TIMEOUT_MS),
      });
      const present = new Set(items.map(({ metadata }) => metadata.uid));
      for (const uid of waiting) if (!present.has(uid)) waiting.delete(uid);
    } catch {
      // Looked at again.
    }
    if (waiting.size > 0) await sleep(EVERY_MS);
  }
  return waiting.size;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
