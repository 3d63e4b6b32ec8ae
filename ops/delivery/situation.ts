import { inEachRegion, type Outcome, openClusters, type RegionCluster } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { findProject, type Project } from "../project.ts";
import { changeRelease, type ReleaseChange, type ReleaseState, readRelease } from "../releaseConfig.ts";
import { carryOut } from "./carryOut.ts";
import { operator } from "./edit.ts";
import type { GateVerdict, HistoryEntry } from "./record.ts";
import { type RegionState, readRegion } from "./region.ts";
import { type Service, serviceNamed } from "./services.ts";

/** A stack, with what its config and its regions say of a service. */
export interface Situation {
  project: Project;
  stack: string;
  service: Service;
  clusters: readonly RegionCluster[];
  config: ReleaseState;
  regions: readonly Outcome<RegionState>[];
}

export interface Done {
  after: ReleaseState;
  digest: string;
  /** In words. */
  headline: string;
  regions: Outcome<string[]>[];
}

export async function lookAt(stack: string, simulated: boolean, name?: string): Promise<Situation> {
  const project = findProject();
  const service = serviceNamed(name);
  const config = readRelease(project, stack, service);
  const clusters = await openClusters(project, stack, simulated);
  const regions = await inEachRegion(clusters, ({ client }) => readRegion(client, service));
  if (regions.every(({ error }) => error !== undefined))
    throw new OperatorError(
      `no region can be asked: ${regions.map(({ region, error }) => `${region}: ${error?.message}`).join("; ")}`,
    );
  return { project, stack, service, clusters, config, regions };
}

interface Choice {
  change: ReleaseChange;
  action: HistoryEntry["action"];
  digest: string;
  from: string;
  /** Where regions differ. */
  fromIn?: (region: string) => string | undefined;
  to: string;
  headline: string;
  gates?: ReadonlyMap<string, GateVerdict[]>;
  reason?: string;
  forced?: boolean;
  also?: (cluster: RegionCluster) => Promise<string[]>;
}

/** Writes the config, then carries it out: a command that is cut off leaves a config that the next `up` carries out. */
export async function decide(situation: Situation, choice: Choice): Promise<Done> {
  const { project, stack, service, clusters } = situation;
  const { change, action, digest, from, fromIn, to, gates, headline, reason, forced, also } = choice;
  const { after, write } = changeRelease(project, stack, service, change);
  write();
  const at = new Date().toISOString();
  const who = operator();
  const regions = await carryOut(clusters, {
    service,
    after,
    ...(also === undefined ? {} : { also }),
    entry: (region) => ({
      at,
      who,
      action,
      service: service.name,
      digest,
      from: fromIn?.(region) ?? from,
      to,
      wave: after.release.wave,
      ...(gates?.has(region) ? { gates: gates.get(region) ?? [] } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(forced === true ? { forced } : {}),
    }),
  });
  return { after, digest, headline, regions };
}

export function refusePaused(situation: Situation): void {
  const paused = pauseOf(situation);
  if (paused === undefined) return;
  throw new OperatorError(
    `paused by ${paused.who} at ${paused.at}${paused.reason === undefined ? "" : ` (${paused.reason})`}; \`novactl resume ${situation.stack}\` goes on`,
  );
}

/** The pause that holds, if the last thing that was done to the release was one. */
export function pauseOf({ regions }: Pick<Situation, "regions">): HistoryEntry | undefined {
  const entries = regions.flatMap(({ value }) => value?.history ?? []).filter(({ action }) => action !== "switch");
  const last = entries.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
  return last?.action === "pause" ? last : undefined;
}
