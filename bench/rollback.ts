import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../infra/plan/release.ts";
import { cacheClusters, inEachRegion, openClusters, type RegionCluster } from "../ops/clusters.ts";
import { openEntries, probeAt } from "../ops/delivery/entries.ts";
import { splitImage } from "../ops/delivery/objects.ts";
import type { Probe } from "../ops/delivery/probe.ts";
import { promote } from "../ops/delivery/promote.ts";
import { readRegion } from "../ops/delivery/region.ts";
import { release } from "../ops/delivery/release.ts";
import { type Service, serviceNamed } from "../ops/delivery/services.ts";
import {
  DECIDES_AFTER_MS,
  PROMISE_MS,
  SERVED_MS,
  type TimedRollback,
  timedRollback,
} from "../ops/delivery/timedRollback.ts";
import { describeStanding, hasReached, type Standing, waitUntil } from "../ops/delivery/waiting.ts";
import { readRelease } from "../ops/releaseConfig.ts";
import { setInYaml } from "../ops/stackFileEdit.ts";
import { inTemporaryHome, openProject, timed } from "./engine.ts";
import { type Figures, quantile } from "./figures.ts";
import { ATTEMPTS, SLOWED, watchPace } from "./pace.ts";
import { type Fault, faults } from "./rollbackFaults.ts";

const STACK = "staging";

/** Where the decision comes: at a weight, some seconds later at 100 %, and after the full promotion. */
const MOMENTS = ["10", "50", "100", "bake", "promoted"] as const;
type Moment = (typeof MOMENTS)[number];

/** Milliseconds at 100 % before a rollback counts as one during the bake time. */
const BAKE_MS = 10_000;

/**
 * Requests per second and region: at 10 % the canary answers every half second, which is how exact its last answer is known.
 * Two processors that run three regions have no more to give: at 50 a quarter of the requests found no answer in time.
 */
const RATE = 20;

/** Half of what is promised: from here on it is worth telling where the time went. */
const SLOW_MS = PROMISE_MS / 2;

/** Of novactl. */
const ROLLBACK = [STACK, "--sim", "--reason", "benchmark"];

/** "<2 minutes from detection to verified rollback", NovaCron's docs/deployment/AUTOMATED_ROLLBACK.md. */
const DOCUMENTED_MS = 120_000;

interface Bench {
  service: Service;
  clusters: readonly RegionCluster[];
  probes: ReadonlyMap<string, Probe>;
  /** `repository@sha256:…` that every trial goes back to. */
  image: string;
}

interface Trial {
  moment: Moment;
  fault: Fault;
  /** Milliseconds from the decision to the last answer, by region. */
  lastAnswers: Record<string, number>;
  failed: number;
  /** How many times longer than it can the machine has taken to compute meanwhile. */
  slower: number;
}

/**
 * Rolls releases back with `novactl rollback` at every moment of a release and under every fault, and looks from outside, at
 * each region's public entry, when the version gave its last answer.
 * @param trials of each moment and fault
 */
export const rollback = (trials: number): Promise<Figures> =>
  inTemporaryHome(
    async (folder) => {
      const bench = await open(folder);
      const done: Trial[] = [];
      let repeated = 0;
      const plan = faults.flatMap((fault) =>
        MOMENTS.flatMap((moment) => Array.from({ length: trials }, (_, number) => ({ fault, moment, number }))),
      );
      for (const [index, { fault, moment, number }] of plan.entries()) {
        const title = `${String(index + 1).padStart(3)} of ${plan.length}: at ${moment}, ${fault.name}`;
        try {
          let trial = await run(bench, moment, fault, number);
          for (let attempt = 1; isDisturbed(trial) && attempt < ATTEMPTS; attempt++) {
            console.error(`${title}: repeated: ${inWords(trial)}`);
            repeated += 1;
            trial = await run(bench, moment, fault, number);
          }
          done.push(trial);
          console.error(`${title}: ${inWords(trial)}`);
        } catch (error) {
          // Such as a release that its analysis has taken back before anybody decided.
          console.error(`${title}: not measured: ${error instanceof Error ? error.message : error}`);
          await takeBack(bench);
        }
      }
      return { ...figuresOf(done, await lostWrites(bench)), not_measured: plan.length - done.length, repeated };
    },
    { clusters: true },
  );

const inWords = ({ lastAnswers, failed, slower }: Trial): string => {
  const answers = Object.entries(lastAnswers).map(([region, milliseconds]) => `${region} ${milliseconds} ms`);
  return `${answers.join(", ")}; ${failed} requests failed; the machine computed ${slower.toFixed(2)} times slower than it can`;
};

/** A trial that fails while the machine was slowed from outside says nothing about what is promised. */
const isDisturbed = ({ lastAnswers, failed, slower }: Trial): boolean =>
  slower >= SLOWED && (failed > 0 || Object.values(lastAnswers).some(isLate));

/** An environment of its own, all regions in one wave, under constant load from outside. */
async function open(folder: string): Promise<Bench> {
  const shipped = readFileSync(new URL("../Pulumi.staging.yaml", import.meta.url), "utf8");
  const regions = [...shipped.matchAll(/^ {4}- name: (\S+)$/gm)].map(([, name = ""]) => name);
  const release = (text: string, key: string, value: Parameters<typeof setInYaml>[2]) =>
    setInYaml(text, ["config", "novacron:release", key], value);
  const stackFile = release(release(shipped, "waves", [regions]), "wave", 1);
  const session = await openProject(folder, { name: STACK, stackFile });
  console.error("bringing three regions up …");
  const seconds = await timed(session, ["up", "--yes", "--skip-preview"]);
  console.error(`up after ${Math.round(seconds)} s`);
  await cacheClusters(session);
  const service = serviceNamed();
  const clusters = await openClusters(session.project, STACK, true);
  const { image } = readRelease(session.project, STACK, service);
  const entries = await openEntries(session.project, STACK);
  const probes = new Map(entries.map((entry) => [entry.region, probeAt(entry, STACK, { rate: RATE })]));
  const bench = { service, clusters, probes, image };
  await allReach(bench, goodDigest(bench), "done");
  for (const probe of probes.values()) {
    await waitUntil(
      "the public entries",
      () =>
        probe.once().then(
          () => true,
          () => false,
        ),
      { seconds: 120 },
    );
    probe.start();
  }
  return bench;
}

async function run(bench: Bench, moment: Moment, fault: Fault, number: number): Promise<Trial> {
  const { service, clusters, probes, image } = bench;
  const { repository = "" } = splitImage(image) ?? {};
  const digest = `sha256:${randomBytes(32).toString("hex")}`;
  await release(STACK, true, `${repository}@${digest}`);
  await allReach(bench, digest, "10");
  const target: Stage = moment === "bake" ? "100" : moment === "promoted" ? "done" : moment;
  if (target !== "10") {
    await promote(STACK, true, { to: target, force: true, reason: "benchmark of what follows" });
    await allReach(bench, digest, target);
  }
  if (moment === "bake") await sleep(BAKE_MS);
  await waitUntil("answers of the release in every region", async () => answersWithin(bench, digest, 1_000), {
    seconds: 30,
  });

  const affected = clusters[number % clusters.length] ?? clusters[0];
  if (affected === undefined) throw new Error("the stack has no regions");
  const { begin, undo, unreachable = [] } = await fault.prepare({ service, clusters, affected });
  const reachable = new Map([...probes].filter(([region]) => !unreachable.includes(region)));
  let outcome: TimedRollback;
  let slower: number;
  const timesSlower = watchPace();
  try {
    await begin();
    for (const probe of probes.values()) probe.window();
    await sleep(DECIDES_AFTER_MS);
    if (!answersWithin(bench, digest, SERVED_MS)) throw new Error("the release was gone before anybody decided");
    outcome = await timedRollback(ROLLBACK, digest, reachable);
    slower = timesSlower();
  } finally {
    await undo();
  }
  const failed = [...reachable.values()].reduce((sum, probe) => sum + probe.window().failed, 0);
  if (failed > 0) console.error(`failed:\n${lastFailures(reachable, failed)}`);
  if (outcome.code !== (unreachable.length > 0 ? 2 : 0))
    console.error(`novactl rollback ended with exit code ${outcome.code}:\n${outcome.output}`);
  if (Object.values(outcome.lastAnswers).some((milliseconds) => milliseconds >= SLOW_MS))
    console.error(`where the time went; not looking for ${outcome.blind} ms at most:\n${outcome.output}`);
  // What an unreachable region has missed.
  await (unreachable.length > 0 ? takeBack(bench) : allReach(bench, goodDigest(bench), "done"));
  return { moment, fault, lastAnswers: outcome.lastAnswers, failed, slower };
}

/** What requests of a trial failed with, as far as probes keep it. */
const lastFailures = (probes: ReadonlyMap<string, Probe>, count: number): string =>
  [...probes]
    .flatMap(([region, { failures }]) => failures.map((failure) => ({ region, ...failure })))
    .toSorted((a, b) => a.at - b.at)
    .slice(-Math.min(count, 10))
    .map(({ region, method, status, message }) => `${region}: ${method} ${status} ${message}`)
    .join("\n");

/** Has every region at the version of before. An API server that has just started again may refuse once. */
async function takeBack(bench: Bench): Promise<void> {
  let said = "";
  const isDone = async (): Promise<boolean> => {
    const { code, output } = await timedRollback(ROLLBACK, "", new Map());
    said = output;
    return code === 0;
  };
  await waitUntil("every region to be rolled back", isDone, { seconds: 120, every: 1_000, state: () => said });
  await allReach(bench, goodDigest(bench), "done");
}

const isLate = (milliseconds: number): boolean => milliseconds >= PROMISE_MS;

const goodDigest = ({ image }: Bench): string => splitImage(image)?.digest ?? "";

/** Waits until a digest has come to a stage in every region, with the weight that belongs to it. */
async function allReach(
  { clusters, service }: Bench | Pick<Bench, "clusters" | "service">,
  digest: string,
  stage: Stage,
): Promise<void> {
  let standings: (Standing & { weight?: number })[] = [];
  await waitUntil(
    `every region to have ${digest.slice(0, 19)} at ${stage}`,
    async () => {
      const outcomes = await inEachRegion(clusters, ({ client }) => readRegion(client, service));
      standings = outcomes.map(({ value }) => value ?? {});
      return standings.every(
        (standing) => hasReached(standing, digest, stage) && (stage === "done" || standing.weight === Number(stage)),
      );
    },
    { seconds: 240, every: 500, state: () => standings.map(describeStanding).join("; ") },
  );
}

const answersWithin = ({ probes }: Bench, digest: string, milliseconds: number): boolean =>
  [...probes.values()].every((probe) => probe.sinceLastAnswer(digest) < milliseconds);

async function lostWrites({ probes }: Bench): Promise<number> {
  const all = [...probes.values()];
  await Promise.all(all.map((probe) => probe.stop()));
  const lost = await Promise.all(all.map((probe) => probe.lost()));
  return lost.flat().length;
}

function figuresOf(trials: readonly Trial[], lost: number): Figures {
  const of = (some: readonly Trial[]) => some.flatMap(({ lastAnswers }) => Object.values(lastAnswers));
  const all = of(trials);
  const most = (name: string, some: readonly Trial[]): [string, number] => [`${name}_max_ms`, quantile(of(some), 1)];
  return {
    trials: trials.length,
    measurements: all.length,
    p50_ms: quantile(all, 0.5),
    p95_ms: quantile(all, 0.95),
    max_ms: quantile(all, 1),
    later_than_promised: all.filter(isLate).length,
    failed_requests: trials.reduce((sum, { failed }) => sum + failed, 0),
    lost_writes: lost,
    novacron_documents_ms: DOCUMENTED_MS,
    ...Object.fromEntries([
      ...MOMENTS.map((moment) =>
        most(
          `at_${moment}`,
          trials.filter((trial) => trial.moment === moment),
        ),
      ),
      ...faults.map((fault) =>
        most(
          fault.key,
          trials.filter((trial) => trial.fault === fault),
        ),
      ),
    ]),
  };
}
