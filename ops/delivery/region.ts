import type { ClusterClient, ObjectList } from "../../client/client.ts";
import type { ReleaseCeiling, Stage } from "../../infra/plan/release.ts";
import { TIMEOUT_MS } from "./edit.ts";
import {
  type ConfigMap,
  digestOf,
  HASH_LABEL,
  REVISION_ANNOTATION,
  type ReplicaSet,
  type Rollout,
  type TraefikService,
} from "./objects.ts";
import { type HistoryEntry, readDenied, readHistory } from "./record.ts";
import { paths, type Service } from "./services.ts";

/** What one region runs of a service. */
export interface RegionState {
  rollout: Rollout;
  /** The service's ReplicaSets, the newest revision first. */
  replicaSets: readonly ReplicaSet[];
  weights: TraefikService | undefined;
  ceiling: ReleaseCeiling | undefined;
  /** Digests that operators or the release gate have latched here, with their reason. */
  denied: Readonly<Record<string, string>>;
  /** Oldest first. */
  history: readonly HistoryEntry[];
  /** What the Rollout is to run. */
  digest: string | undefined;
  /** What takes the traffic that the canary does not get. */
  stable: string | undefined;
  /** What Argo has taken up. */
  current: string | undefined;
  /**
   * `stable`: one digest has everything. `canary`: another is on its way, be it at weight 0. `aborted`: it was stopped.
   * `pending`: the Rollout has been changed, and its controller has not taken that up yet.
   */
  phase: "stable" | "canary" | "aborted" | "pending";
  /** How far the digest has come. */
  stage: Stage;
  /** Share of requests that goes to the canary, in percent, as the gateway is told. */
  weight: number;
}

/** What decides where the requests of a service go. */
export type Traffic = Pick<RegionState, "rollout" | "weights">;

/** Only the Rollout is indispensable: weights that cannot be read are taken as absent. */
export async function readTraffic(client: ClusterClient, service: Service): Promise<Traffic> {
  const path = paths(service);
  const [rollout, weights] = await Promise.all([
    client.request<Rollout>("GET", path.rollout, { timeout: TIMEOUT_MS }),
    client.request<TraefikService>("GET", path.weights, { timeout: TIMEOUT_MS }).catch(() => undefined),
  ]);
  return { rollout, weights };
}

/**
 * Reads everything at once, or everything else where the traffic was read before. What else than the Rollout cannot be read is
 * taken as absent.
 */
export async function readRegion(client: ClusterClient, service: Service, known?: Traffic): Promise<RegionState> {
  const path = paths(service);
  const optional = <Item>(from: string): Promise<Item | undefined> =>
    client.request<Item>("GET", from, { timeout: TIMEOUT_MS }).catch(() => undefined);
  const [{ rollout, weights }, sets, release, denied, history] = await Promise.all([
    known ?? readTraffic(client, service),
    optional<ObjectList<ReplicaSet>>(path.replicaSets),
    optional<ConfigMap>(path.release),
    readDenied(client, service).catch(() => ({})),
    readHistory(client, service).catch(() => []),
  ]);
  const replicaSets = ownReplicaSets(sets?.items ?? [], rollout);
  return {
    rollout,
    replicaSets,
    weights,
    ceiling: ceilingOf(release),
    denied,
    history,
    ...interpret(rollout, replicaSets, weights),
  };
}

/** Of one Rollout, by owner: the newest revision first. */
export const ownReplicaSets = (all: readonly ReplicaSet[], rollout: Rollout): ReplicaSet[] =>
  all
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid) === true)
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));

const revisionOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0);

export const hashOf = ({ metadata }: ReplicaSet): string | undefined => metadata.labels?.[HASH_LABEL];

/** From what the objects say, where the release stands. Pure. */
export function interpret(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  weights: TraefikService | undefined,
): Pick<RegionState, "digest" | "stable" | "current" | "phase" | "stage" | "weight"> {
  const { name } = rollout.metadata;
  const { status = {} } = rollout;
  const digest = digestOf(rollout.spec.template, name);
  const byHash = (hash: string | undefined) => replicaSets.find((set) => hash !== undefined && hashOf(set) === hash);
  const templateOf = (hash: string | undefined) => byHash(hash)?.spec.template;
  const stableTemplate = templateOf(status.stableRS);
  const currentTemplate = templateOf(status.currentPodHash);
  const stable = stableTemplate && digestOf(stableTemplate, name);
  const current = currentTemplate && digestOf(currentTemplate, name);
  const phase =
    current !== digest || current === undefined
      ? "pending"
      : status.currentPodHash === status.stableRS
        ? "stable"
        : status.abort === true
          ? "aborted"
          : "canary";
  const { canaryService, steps } = rollout.spec.strategy.canary;
  const weight = weights?.spec.weighted.services.find((entry) => entry.name === canaryService)?.weight ?? 0;
  const passed = phase === "canary" ? steps.slice(0, status.currentStepIndex ?? 0) : [];
  const reached = passed.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight;
  const stage = phase === "stable" ? "done" : reached === undefined ? "0" : (String(reached) as Stage);
  return { digest, stable, current, phase, stage, weight: phase === "stable" ? 0 : weight };
}

function ceilingOf(map: ConfigMap | undefined): ReleaseCeiling | undefined {
  const { digest, stage, denied = "" } = map?.data ?? {};
  if (digest === undefined || stage === undefined) return undefined;
  return { digest, stage: stage as Stage, denied: denied.split(" ").filter(Boolean) };
}

/** Why a digest must not run here, or undefined. */
export const denialOf = ({ denied, ceiling }: RegionState, digest: string): string | undefined =>
  denied[digest] ?? (ceiling?.denied.includes(digest) === true ? "denied in the stack's config" : undefined);
