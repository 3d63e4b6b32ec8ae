import { setTimeout as sleep } from "node:timers/promises";
import { chosen, inEachRegion, type Outcome, openClusters, type RegionCluster } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { findProject, type Project } from "../project.ts";
import { styled, table } from "../table.ts";
import { operator } from "./edit.ts";
import { short } from "./objects.ts";
import { type HistoryEntry, record } from "./record.ts";
import { type RegionRollback, rollBack } from "./rollback.ts";
import type { RollbackOptions } from "./rollbackOptions.ts";
import { type Service, serviceNamed } from "./services.ts";
import { since } from "./since.ts";

export interface RollbackWish {
  stack: string;
  simulated: boolean;
  service?: string;
  /** None: all of them. */
  regions: readonly string[];
  reason: string;
  json: boolean;
  /** On the clock of `performance.now()`. */
  decided: number;
}

/**
 * The whole of `novactl rollback`: traffic first, in every region at once; then config, ceilings and record. What comes later
 * is loaded later, and a failure of it is reported, not thrown: the traffic is what counts.
 */
export async function runRollback(wish: RollbackWish): Promise<number> {
  const { stack, simulated, regions, reason, decided } = wish;
  const project = findProject();
  const service = serviceNamed(wish.service);
  const clusters = chosen(await openClusters(project, stack, simulated), regions);
  const options: RollbackOptions = {
    service,
    decided,
    who: operator(),
    reason,
    whole: regions.length === 0,
    ...(wish.json ? {} : { tell: (region: string, news: string) => console.error(`${region}: ${news}`) }),
  };
  const outcomes = await rollBack(clusters, options);
  const [settled, unrecorded] = await Promise.all([
    options.whole
      ? settleConfig(project, stack, service, clusters, outcomes)
      : [
          `the config still names the image for the other regions; ${regions.join(" and ")} deny it, so an \`up\` does not bring it back`,
        ],
    recordAll(clusters, outcomes, options),
  ]);
  const { podsEnded, left } = await retireAll(clusters, outcomes, options);
  const config = [...settled, ...unrecorded, ...left];
  const code = isGone(outcomes) ? 0 : 2;
  if (outcomes.every(({ error }) => error !== undefined))
    throw new OperatorError(
      `nothing was rolled back: ${outcomes.map(({ region, error }) => `${region}: ${error?.message}`).join("; ")}`,
    );
  if (wish.json)
    console.log(
      JSON.stringify({
        stack,
        service: service.name,
        exitCode: code,
        ...forMachines(outcomes),
        podsEnded,
        notes: config,
      }),
    );
  else console.log([...forPeople(outcomes), "", ...config].join("\n"));
  return code;
}

const isGone = (outcomes: readonly Outcome<RegionRollback>[]): boolean =>
  outcomes.every(
    ({ value }) => value !== undefined && (value.done === "unchanged" || (value.verification?.clear ?? true)),
  );

/** Has the config name the good image again, with the bad one denied; returns what there is to say. */
async function settleConfig(
  project: Project,
  stack: string,
  service: Service,
  clusters: readonly RegionCluster[],
  outcomes: readonly Outcome<RegionRollback>[],
): Promise<string[]> {
  const did = outcomes.flatMap(({ value }) => (value === undefined || value.bad === undefined ? [] : [value]));
  const good = [...new Set(did.flatMap(({ good: digest }) => digest ?? []))];
  const bad = [...new Set(did.flatMap(({ bad: digest }) => digest ?? []))].filter((digest) => !good.includes(digest));
  if (did.length === 0) {
    const isUnchanged = outcomes.every(({ value }) => value === undefined || value.done === "unchanged");
    return isUnchanged ? ["nothing was changed"] : ["the config stays as it is"];
  }
  try {
    const [digest, ...others] = good;
    if (digest === undefined || others.length > 0)
      return [
        `the regions went back to ${good.length === 0 ? "an unknown image" : good.map(short).join(" and ")}: set the image in Pulumi.${stack}.yaml by hand`,
      ];
    const { changeRelease, readRelease } = await import("../releaseConfig.ts");
    const { applyCeiling } = await import("./carryOut.ts");
    const { image, release, waves } = readRelease(project, stack, service);
    const { after, write } = changeRelease(project, stack, service, {
      image: `${image.slice(0, image.indexOf("@"))}@${digest}`,
      digest,
      stage: "done",
      wave: waves.length,
      denied: [...new Set([...release.denied, ...bad])].filter((denied) => denied !== digest),
    });
    write();
    const ceilings = await inEachRegion(clusters, async ({ region, client }) => {
      const ceiling = after.ceilings[region];
      if (ceiling !== undefined) await applyCeiling(client, service, ceiling);
    });
    return [
      `Pulumi.${stack}.yaml names ${short(digest)} again and denies ${bad.map(short).join(" and ")}: commit it`,
      ...ceilings.flatMap(({ region, error }) => (error === undefined ? [] : [`${region}: ceiling: ${error.message}`])),
    ];
  } catch (error) {
    return [`the config was not changed: ${error instanceof Error ? error.message : error}`];
  }
}

/** A record that cannot be written in time must not keep the operator waiting. */
const RECORD_MS = 5_000;

async function recordAll(
  clusters: readonly RegionCluster[],
  outcomes: readonly Outcome<RegionRollback>[],
  options: RollbackOptions,
): Promise<string[]> {
  const at = new Date().toISOString();
  const changed = clusters.flatMap((cluster) => {
    const value = outcomes.find(({ region }) => region === cluster.region)?.value;
    return value === undefined || value.done === "unchanged" ? [] : [{ cluster, value }];
  });
  const written = await Promise.all(
    changed.map(({ cluster, value }) =>
      Promise.race([
        record(cluster.client, options.service, { ...entryOf(options, value), at }).then(() => undefined),
        sleep(RECORD_MS, "no answer in time", { ref: false }),
      ]).catch((error: Error) => error.message),
    ),
  );
  return written.flatMap((problem, index) =>
    problem === undefined ? [] : [`${changed[index]?.cluster.region}: not recorded: ${problem}`],
  );
}

/** The entry that a region's rollback leaves in its record. */
const entryOf = (
  { service, who, reason }: RollbackOptions,
  { done, bad = "", good = "", stage, switchedAfter, verification }: RegionRollback,
): HistoryEntry => ({
  at: new Date().toISOString(),
  who,
  action: "rollback",
  service: service.name,
  digest: bad,
  from: stage,
  to: good,
  reason,
  outcome: `${done}, switched after ${switchedAfter} ms, ${verification === undefined ? "not verified" : verification.clear ? `verified after ${verification.after} ms` : `NOT verified: ${verification.problem}`}`,
});

/**
 * Ends the pods of what was taken back, wherever it was seen to get no requests. Last of all: nobody waits for it but the
 * long streams. A canary that was aborted in some regions alone is Argo's current one, and Argo ends it by itself.
 *
 * @returns by region the milliseconds after the decision at which the last pod had ended, and what is left to be done
 */
async function retireAll(
  clusters: readonly RegionCluster[],
  outcomes: readonly Outcome<RegionRollback>[],
  { service, decided, whole, tell }: RollbackOptions,
): Promise<{ podsEnded: Record<string, number>; left: string[] }> {
  const { retire } = await import("./retire.ts");
  const podsEnded: Record<string, number> = {};
  const left: string[] = [];
  const retireIn = async ({ region, client }: RegionCluster): Promise<void> => {
    const { bad, done, verification } = outcomes.find((outcome) => outcome.region === region)?.value ?? {};
    const isLeft = done === "returned" || (done === "aborted" && whole);
    if (bad === undefined || !isLeft || verification?.clear === false) return;
    try {
      await retire(client, service, bad);
      const after = since(decided);
      podsEnded[region] = after;
      tell?.(region, `pods of ${short(bad)} have ended after ${after} ms`);
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      left.push(`${region}: long streams may stay on what was taken back: ${why}`);
    }
  };
  await Promise.all(clusters.map(retireIn));
  return { podsEnded, left };
}

function forPeople(outcomes: readonly Outcome<RegionRollback>[]): string[] {
  const rows = outcomes.map(({ region, value, error }) => {
    if (value === undefined)
      return [region, { text: "NOT DONE", style: "red" as const }, "", "", "", error?.message ?? ""];
    const { done, bad, good, stage, switchedAfter, verification, notes } = value;
    const seen =
      verification === undefined
        ? "not looked at"
        : verification.clear
          ? { text: `gone after ${verification.after} ms`, style: "green" as const }
          : { text: `NOT SEEN: ${verification.problem}`, style: "red" as const };
    return [
      region,
      done,
      bad === undefined ? short(good) : `${short(bad)} at ${stage} → ${short(good)}`,
      switchedAfter === undefined ? "" : `${switchedAfter} ms`,
      done === "unchanged" && verification === undefined ? "" : seen,
      notes.join("; "),
    ];
  });
  return [
    ...table(["region", "done", "digest", "switched", "data plane", "notes"], rows),
    ...(outcomes.some(({ error }) => error !== undefined)
      ? [styled("yellow", "repeat the command once the other regions can be reached: it does only what is left")]
      : []),
  ];
}

const forMachines = (outcomes: readonly Outcome<RegionRollback>[]) => ({
  regions: outcomes.map(({ region, milliseconds, value, error }) => ({
    region,
    milliseconds,
    ...(value ?? { done: "failed", error: error?.message }),
  })),
});
