import type { ClusterClient } from "../../client/client.ts";
import { STAGES, type Stage } from "../../infra/plan/release.ts";
import { inEachRegion, openClusters, type RegionCluster } from "../clusters.ts";
import { findProject } from "../project.ts";
import { type ReleaseState, readRelease } from "../releaseConfig.ts";
import { TIMEOUT_MS } from "./edit.ts";
import { failing, readGates } from "./gates.ts";
import { versionOf } from "./killSwitch.ts";
import { type Indicators, measuredShare, readIndicators } from "./metrics.ts";
import type { TraefikService } from "./objects.ts";
import type { GateVerdict } from "./record.ts";
import { denialOf, type RegionState, readRegion } from "./region.ts";
import { paths, type Service, serviceNamed, standbyOf } from "./services.ts";
import { describeServing, servesAlone } from "./standby.ts";

/** One region of the delivery screen. */
export interface RegionDelivery {
  region: string;
  wave: number;
  /** Why nothing else is known. */
  error?: string;
  phase?: RegionState["phase"];
  stage?: Stage;
  /** How far the cluster lets the release go. */
  ceiling?: Stage;
  /** Digest that is released, and that of stable. */
  digest?: string;
  stable?: string;
  /** Why the digest that is released must not run here. */
  denied?: string;
  /** Percent of the requests: as the gateway is told, and as its region's Prometheus counts; null while nothing is counted. */
  weight?: { declared: number; measured: number | null };
  canary?: Indicators | null;
  stableIndicators?: Indicators | null;
  /** What must hold before the next stage. */
  gates?: GateVerdict[];
  nextStage?: Stage | null;
  /** Seconds since the last release action here; null when there was none. */
  age?: number | null;
  /** The version of DWCP that the kill switch lets serve. */
  serving?: string;
  /** Why indicators are missing. */
  notes: string[];
}

export interface Delivery {
  stack: string;
  service: string;
  image: string;
  stage: Stage;
  wave: number;
  waves: readonly (readonly string[])[];
  /** Who paused it, if it is. */
  paused?: string;
  regions: RegionDelivery[];
}

/** What is needed to look again and again. */
export interface Watched {
  stack: string;
  service: Service;
  clusters: readonly RegionCluster[];
  config: () => ReleaseState;
}

export async function watched(stack: string, simulated: boolean, name?: string): Promise<Watched> {
  const project = findProject();
  const service = serviceNamed(name);
  return {
    stack,
    service,
    clusters: await openClusters(project, stack, simulated),
    config: () => readRelease(project, stack, service),
  };
}

/** Looks at all regions at once. One that cannot be asked is shown as such. */
export async function readDelivery({ stack, service, clusters, config }: Watched): Promise<Delivery> {
  const { image, release, waves } = config();
  const outcomes = await inEachRegion(clusters, (cluster) => readRegionDelivery(cluster, service));
  const actions = outcomes
    .flatMap(({ value }) => value?.history ?? [])
    .filter(({ action }) => action !== "switch")
    .toSorted((a, b) => a.at.localeCompare(b.at));
  const last = actions.at(-1);
  return {
    stack,
    service: service.name,
    image,
    stage: release.stage,
    wave: release.wave,
    waves,
    ...(last?.action === "pause" ? { paused: `${last.who} at ${last.at}` } : {}),
    regions: outcomes.map(({ region, value, error }) => ({
      region,
      wave: waves.findIndex((members) => members.includes(region)) + 1,
      ...(error === undefined ? value?.view : { error: error.message }),
      notes: value?.view.notes ?? [],
    })),
  };
}

async function readRegionDelivery({ client }: RegionCluster, service: Service) {
  const notes: string[] = [];
  const [state, indicators, route] = await Promise.all([
    readRegion(client, service),
    readIndicators(client, service.name).catch((error: Error) => {
      notes.push(`Prometheus: ${error.message}`);
      return new Map<string, Indicators>();
    }),
    readRoute(client, service),
  ]);
  if (route !== undefined && servesAlone(route, standbyOf(service))) notes.push(describeServing(service));
  const { rollout, phase, stage, ceiling, digest, stable, weight, history } = state;
  const { currentPodHash, stableRS } = rollout.status ?? {};
  const denied = digest === undefined ? undefined : denialOf(state, digest);
  const canaryHash = phase === "stable" ? undefined : currentPodHash;
  const next = phase === "stable" ? undefined : STAGES[STAGES.indexOf(stage) + 1];
  const gates = next === undefined ? [] : await readGates(client, service, state, next);
  const of = (hash: string | undefined) => (hash === undefined ? null : (indicators.get(hash) ?? null));
  const measured = measuredShare(indicators, canaryHash);
  const since = history.at(-1)?.at;
  const view: Omit<RegionDelivery, "region" | "wave"> = {
    phase,
    stage,
    ...(ceiling === undefined ? {} : { ceiling: ceiling.stage }),
    ...(digest === undefined ? {} : { digest }),
    ...(stable === undefined ? {} : { stable }),
    ...(denied === undefined ? {} : { denied }),
    weight: { declared: weight, measured: measured === undefined ? null : Math.round(measured * 10) / 10 },
    canary: of(canaryHash),
    stableIndicators: of(stableRS),
    gates,
    nextStage: next ?? null,
    age: since === undefined ? null : Math.round((Date.now() - Date.parse(since)) / 1000),
    ...(route === undefined ? {} : { serving: versionOf(route) }),
    notes,
  };
  return { view, history };
}

async function readRoute(client: ClusterClient, service: Service): Promise<TraefikService | undefined> {
  const { route } = paths(service);
  if (route === undefined) return undefined;
  return client.request<TraefikService>("GET", route, { timeout: TIMEOUT_MS }).catch(() => undefined);
}

/** The next gate in a few words: open, or what keeps it closed. */
export function gateText({ phase, gates = [], nextStage, ceiling, denied }: RegionDelivery): string {
  if (phase === "stable" || nextStage === undefined || nextStage === null) return "";
  if (denied !== undefined) return "none: denied";
  const closed = failing(gates);
  if (closed !== "") return `${nextStage}: ${closed}`;
  return ceiling !== undefined && STAGES.indexOf(ceiling) >= STAGES.indexOf(nextStage)
    ? `${nextStage}: open`
    : `${nextStage}: waits for promotion`;
}
