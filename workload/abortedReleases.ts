import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject } from "../client/client.ts";
import { ApiError } from "../client/problem.ts";
import { type Denial, digestOf } from "../infra/plan/release.ts";

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

/** What is read of a Rollout, and of the ReplicaSet of one of its versions. */
interface Templated extends KubernetesObject {
  spec: { template: { spec: { containers: { name: string; image: string }[] } } };
}

export interface Rollout extends Templated {
  status?: {
    abort?: boolean;
    abortedAt?: string;
    message?: string;
    observedGeneration?: string;
    currentPodHash?: string;
    stableRS?: string;
  };
}

/** A release that Argo has aborted, and the version that serves instead. */
interface AbortedRelease {
  service: string;
  namespace: string;
  digest: string;
  stableHash: string;
  denial: Denial;
}

/**
 * What Argo has aborted of a Rollout. Undefined as well while Argo has not taken up the Rollout's last change, since the image
 * may then be another one than that which was aborted; and where no version was ever stable, since a region that has never
 * served has nothing to fall back on.
 */
export function abortedRelease({ metadata, spec, status = {} }: Rollout): AbortedRelease | undefined {
  const { name: service, namespace = "", generation } = metadata;
  const { abort, abortedAt: at, message: reason = "aborted", observedGeneration, currentPodHash, stableRS } = status;
  if (abort !== true || at === undefined || observedGeneration !== String(generation)) return undefined;
  if (!stableRS || currentPodHash === stableRS) return undefined;
  const digest = digestIn({ spec }, service);
  if (digest === undefined) return undefined;
  return { service, namespace, digest, stableHash: stableRS, denial: { who: "release gate", at, reason } };
}

export interface AbortedReleasesOptions {
  client: ClusterClient;
  /** As they are known at the moment. */
  rollouts: () => readonly Rollout[];
  /** What is known to be denied of a service, by digest without `sha256:`. */
  denied: (service: string) => Readonly<Record<string, string>>;
  log: (line: string) => void;
}

/** How often what is known is looked through, and what failed is tried again. It costs no request while nothing is aborted. */
const EVERY_MS = 1_000;

/** Denies what was aborted, until the signal ends it. Several may do so at once, and after each other. */
export async function denyAborted(
  { client, rollouts, denied, log }: AbortedReleasesOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const rollout of rollouts()) {
      const aborted = abortedRelease(rollout);
      if (aborted === undefined || keyOf(aborted.digest) in denied(aborted.service)) continue;
      const { service, digest, denial } = aborted;
      try {
        if (await addDenial(client, aborted, signal)) log(`${service}: denied ${digest}: ${denial.reason}`);
      } catch (error) {
        // In conflict with another change, and so looked at again.
        const isConflict = error instanceof ApiError && error.code === 409;
        if (!isConflict && !signal.aborted) log(`${service}: ${digest} is not denied yet: ${error}`);
      }
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Denies a digest unless it is denied already, by whomever: what an operator wrote stays, hence the version that was read goes
 * along. Where stable has the digest too, another setting was aborted, and no image. Returns whether something was written.
 */
async function addDenial(client: ClusterClient, aborted: AbortedRelease, signal: AbortSignal): Promise<boolean> {
  const { service, namespace, digest, stableHash, denial } = aborted;
  const key = keyOf(digest);
  const path = `/api/v1/namespaces/${namespace}/configmaps/${service}-denied`;
  const { metadata, data = {} } = await client.request<ConfigMap>("GET", path, { signal });
  if (key in data) return false;
  // Named as Argo names it.
  const stablePath = `/apis/apps/v1/namespaces/${namespace}/replicasets/${service}-${stableHash}`;
  const stable = await client.request<Templated>("GET", stablePath, { signal });
  if (digestIn(stable, service) === digest) return false;
  const { resourceVersion } = metadata;
  const change = { metadata: { resourceVersion }, data: { [key]: JSON.stringify(denial) } };
  await client.merge(path, change, { fieldManager: "release-gate", signal });
  return true;
}

/** Digest of the image of the container that is named after the service. */
function digestIn({ spec }: Pick<Templated, "spec">, service: string): string | undefined {
  const image = spec.template.spec.containers.find(({ name }) => name === service)?.image;
  return image?.includes("@sha256:") === true ? digestOf(image) : undefined;
}

/** Keys of a ConfigMap hold no colon. */
const keyOf = (digest: string): string => digest.replace(/^sha256:/, "");
