import type { ClusterClient } from "../../client/client.ts";
import type { ReleaseCeiling } from "../../infra/plan/release.ts";
import { inEachRegion, type Outcome, type RegionCluster } from "../clusters.ts";
import type { ReleaseState } from "../releaseConfig.ts";
import { styled, table } from "../table.ts";
import { applyAsOwner } from "./edit.ts";
import type { ConfigMap } from "./objects.ts";
import { type HistoryEntry, record } from "./record.ts";
import { paths, type Service } from "./services.ts";

/** Makes a ceiling what the config says, in Pulumi's name. */
export const applyCeiling = (client: ClusterClient, service: Service, ceiling: ReleaseCeiling): Promise<ConfigMap> =>
  applyAsOwner<ConfigMap>(client, paths(service).release, ["data", "stage"], (applied) => ({
    ...applied,
    data: {
      ...applied.data,
      digest: ceiling.digest,
      stage: ceiling.stage,
      denied: ceiling.denied.join(" "),
    },
  }));

export interface Decision {
  service: Service;
  /** The config as it is to be. */
  after: ReleaseState;
  /** What each region's record says; undefined where the action concerns it not. */
  entry: (region: string) => HistoryEntry | undefined;
  /** What else is done in a region, after its ceiling; returns what is left to be done. */
  also?: (cluster: RegionCluster) => Promise<string[]>;
}

/** Carries a decision out in all regions at once. Returns what was done in words, by region. */
export const carryOut = (
  clusters: readonly RegionCluster[],
  { service, after, entry, also }: Decision,
): Promise<Outcome<string[]>[]> =>
  inEachRegion(clusters, async (cluster) => {
    const { region, client } = cluster;
    const notes: string[] = [];
    const ceiling = after.ceilings[region];
    if (ceiling === undefined) notes.push("the config has no such region any more");
    else await applyCeiling(client, service, ceiling);
    notes.push(...((await also?.(cluster)) ?? []));
    const own = entry(region);
    if (own !== undefined)
      await record(client, service, own).catch((error: Error) => {
        notes.push(`not recorded: ${error.message}`);
      });
    return notes;
  });

/** Exit code of an action that was done, but not everywhere. */
export const PARTLY = 2;

export const exitCode = (outcomes: readonly Outcome<unknown>[]): number =>
  outcomes.every(({ error }) => error === undefined) ? 0 : PARTLY;

/** One line for each region: what was done, how long it took, what is left. */
export function report(outcomes: readonly Outcome<string[]>[], after: ReleaseState): string[] {
  return table(
    ["region", "ceiling", "ms", "notes"],
    outcomes.map(({ region, milliseconds, value, error }) => [
      region,
      after.ceilings[region]?.stage ?? "",
      String(milliseconds),
      error === undefined ? (value?.join("; ") ?? "") : { text: `NOT DONE: ${error.message}`, style: "red" },
    ]),
  );
}

/** The same for machines. */
export const reportJson = (outcomes: readonly Outcome<string[]>[], after: ReleaseState) =>
  outcomes.map(({ region, milliseconds, value, error }) => ({
    region,
    done: error === undefined,
    ceiling: after.ceilings[region]?.stage ?? null,
    milliseconds,
    notes: value ?? [],
    ...(error === undefined ? {} : { error: error.message }),
  }));

/** What to do about regions that were left behind. */
export function describeMissing(outcomes: readonly Outcome<unknown>[], stack: string): string[] {
  const missing = outcomes.filter(({ error }) => error !== undefined).map(({ region }) => region);
  if (missing.length === 0) return [];
  return [
    styled(
      "yellow",
      `${missing.join(" and ")}: not done. The config has it, so the next \`novactl up ${stack}\` does it there; or repeat this command.`,
    ),
  ];
}
