/** `npm run tour`: plays a release on the staging environment, takes it back, and releases a bad one that stops by itself. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { STAGES } from "../infra/plan/release.ts";
import { inEachRegion } from "../ops/clusters.ts";
import { applyCeiling } from "../ops/delivery/carryOut.ts";
import { failing } from "../ops/delivery/gates.ts";
import { short, splitImage } from "../ops/delivery/objects.ts";
import { shareOf } from "../ops/delivery/probe.ts";
import { type Delivery, readDelivery, type Watched, watched } from "../ops/delivery/status.ts";
import { timedRollback } from "../ops/delivery/timedRollback.ts";
import { hasReached, waitUntil } from "../ops/delivery/waiting.ts";
import { OperatorError } from "../ops/operatorError.ts";
import { findProject } from "../ops/project.ts";
import { table } from "../ops/table.ts";
import { bringUp } from "./novactl.ts";
import { enterTourFolder } from "./tour/folder.ts";
import { Observer } from "./tour/observer.ts";

const STACK = "staging";

/** Of the requests that the bad release answers. The limit of the analysis is 2 % more than stable. */
const ERRORS = "0.05";

/** Seconds in which a bad release has to be found out, before the operator does it. */
const DETECTION_SECONDS = 60;

const ending = new AbortController();
process.once("SIGINT", () => ending.abort(new OperatorError("interrupted; what the tour has changed is put back")));

const shares: string[][] = [];
const times: string[][] = [];

try {
  const project = findProject();
  const watching = await ready();
  const before = watching.config();
  const image = splitImage(before.image);
  if (image === undefined) throw new OperatorError(`'${before.image}' is no image by digest`);
  const imageOf = (digest: string): string => `${image.repository}@${digest}`;
  const folder = enterTourFolder(project, STACK);
  const observer = await Observer.open(project, await watched(STACK, true), process.cwd(), ending.signal);
  try {
    observer.say(
      `\n1. A release, ${short(image.digest)} → a new digest: 10, 50 and 100 %, one wave of regions after the other.`,
    );
    const good = newDigest();
    await observer.act("release", STACK, "--sim", "--image", imageOf(good));
    for (const [index, regions] of before.waves.entries()) await playWave(observer, good, index + 1, regions);

    observer.say(
      "\n2. Second thoughts after the full promotion: back to the version before, whose pods are still warm.",
    );
    await takeBack(observer, good, "second thoughts");
    await observer.follow("the version before", (delivery) => runsAlone(delivery, image.digest));

    observer.say("\n3. A bad release: 5 % of its answers are errors. Nobody has to notice.");
    await playBadRelease(observer, newDigest(), before.waves[0] ?? [], imageOf);
    await observer.follow("the version before", (delivery) => runsAlone(delivery, image.digest));
  } finally {
    try {
      await restore(observer, watching, image.digest);
    } finally {
      const lost = await observer.close();
      folder.remove();
      report(observer, lost);
    }
  }
} catch (error) {
  const cause = ending.signal.aborted ? ending.signal.reason : error;
  console.error(`error: ${cause instanceof Error ? cause.message : cause}`);
  process.exitCode = 1;
}

/** The environment, brought up where it is not. @throws when something is being released on it */
async function ready(): Promise<Watched> {
  const isWell = async (): Promise<Watched | undefined> => {
    try {
      const watching = await watched(STACK, true);
      const { regions } = await readDelivery(watching);
      return regions.every(({ error }) => error === undefined) ? watching : undefined;
    } catch (error) {
      if (error instanceof OperatorError) return undefined;
      throw error;
    }
  };
  let watching = await isWell();
  if (watching === undefined) {
    await bringUp(STACK);
    watching = await isWell();
  }
  if (watching === undefined)
    throw new OperatorError(`a region of ${STACK} does not answer; see npx novactl status ${STACK} --sim`);
  const digest = splitImage(watching.config().image)?.digest ?? "";
  if (!runsAlone(await readDelivery(watching), digest))
    throw new OperatorError(
      `${STACK} does not run ${short(digest)} alone, as its stack file says: end its release, or npx novactl up ${STACK} --sim`,
    );
  return watching;
}

function runsAlone({ regions }: Delivery, digest: string): boolean {
  return regions.every((region) => hasReached(region, digest, "done"));
}

/** Images need not exist: the simulated clouds run the reference workload, which says by which digest it was started. */
function newDigest(): string {
  return `sha256:${randomBytes(32).toString("hex")}`;
}

/** Takes a release through its stages in the regions of one wave, and measures each share from outside. */
async function playWave(observer: Observer, digest: string, wave: number, regions: readonly string[]): Promise<void> {
  const own = ({ regions: all }: Delivery) => all.filter(({ region }) => regions.includes(region));
  for (const stage of STAGES.slice(1)) {
    const began = performance.now();
    if (stage === "10" && wave > 1) await promote(observer, own, ["--wave", String(wave)]);
    else if (stage !== "10") await promote(observer, own, ["--to", stage]);
    await observer.follow(`${regions.join(" and ")} at ${stage}`, (delivery) =>
      own(delivery).every(
        (region) =>
          hasReached(region, digest, stage) && (stage === "done" || region.weight?.declared === Number(stage)),
      ),
    );
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    for (const [region, window] of await observer.sample(regions)) {
      const measured = `${shareOf(window, digest).toFixed(1)} %`;
      shares.push([`${wave}`, stage, region, measured, `${window.requests}`, `${window.failed}`, seconds]);
    }
  }
}

/** Promotes as soon as the gates are open; a gate that closes again in between is waited for too. */
async function promote(
  observer: Observer,
  own: (delivery: Delivery) => Delivery["regions"],
  where: readonly string[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await observer.follow("open gates", (delivery) => own(delivery).every(({ gates = [] }) => failing(gates) === ""));
    if ((await observer.act("promote", STACK, "--sim", ...where)) === 0) return;
    if (attempt === 5) throw new OperatorError(`not promoted after ${attempt} attempts`);
    await sleep(2_000, undefined, { signal: ending.signal });
  }
}

async function takeBack(observer: Observer, digest: string, reason: string): Promise<void> {
  const args = [STACK, "--sim", "--reason", reason];
  observer.say(`\n$ npx novactl rollback ${STACK} --sim --reason "${reason}"`);
  const { output, lastAnswers } = await timedRollback(args, digest, observer.probes);
  observer.say(output);
  for (const [region, milliseconds] of Object.entries(lastAnswers))
    times.push([`rollback: ${reason}`, region, milliseconds === 0 ? "no answer after it" : `${milliseconds} ms`]);
}

async function playBadRelease(
  observer: Observer,
  digest: string,
  regions: readonly string[],
  imageOf: (digest: string) => string,
): Promise<void> {
  for (const region of regions) await observer.act("sim", "pods", region, "--digest", digest, "--errors", ERRORS);
  await observer.act("release", STACK, "--sim", "--image", imageOf(digest));
  const firstSeen = new Map<string, number>();
  const looking = setInterval(() => {
    for (const [region, probe] of observer.probes)
      if (!firstSeen.has(region) && probe.lastAnswer(digest) !== undefined) firstSeen.set(region, performance.now());
  }, 20);
  const isAborted = ({ regions: all }: Delivery) =>
    all.every(({ region, phase }) => !regions.includes(region) || phase === "aborted");
  try {
    await observer.follow("the analysis to stop the release", isAborted, DETECTION_SECONDS);
    observer.say(
      "\nThe analysis has stopped it. The rollback makes that final: the digest is denied, the config names the good one.",
    );
  } catch (error) {
    if (ending.signal.aborted || !(error instanceof OperatorError)) throw error;
    observer.say(`\nNot stopped within ${DETECTION_SECONDS} s; so the operator does it.`);
  } finally {
    clearInterval(looking);
  }
  const exposed = [...firstSeen].map(([region, first]) => {
    const probe = observer.probes.get(region);
    return [
      region,
      ((probe?.lastAnswer(digest)?.at ?? first) - first) / 1000,
      probe?.total.answers[digest] ?? 0,
    ] as const;
  });
  for (const [region, seconds, answers] of exposed)
    times.push(["bad release: first to last answer", region, `${seconds.toFixed(1)} s, ${answers} good answers`]);
  await takeBack(observer, digest, "bad release");
}

/** Puts the environment back to where it was, wherever the tour stopped. */
async function restore(observer: Observer, watching: Watched, digest: string): Promise<void> {
  observer.say("\nPutting everything back.");
  for (const { region } of watching.clusters) await observer.act("sim", "pods", region, "--clear");
  const isBack = async () => runsAlone(await readDelivery(watching), digest);
  if (!(await isBack())) {
    await observer.act("rollback", STACK, "--sim", "--reason", "end of the tour");
    await waitUntil("the version before, everywhere", isBack, { seconds: 120, every: 1000 });
  }
  // As the checkout's config has them, without the digests of the tour.
  const { ceilings } = watching.config();
  const outcomes = await inEachRegion(watching.clusters, async ({ region, client }) => {
    const ceiling = ceilings[region];
    if (ceiling !== undefined) await applyCeiling(client, watching.service, ceiling);
  });
  const left = outcomes.flatMap(({ region, error }) => (error === undefined ? [] : [`${region}: ${error.message}`]));
  if (left.length > 0)
    throw new OperatorError(`not put back: ${left.join("; ")}; npx novactl up ${STACK} --sim does it`);
}

function report(observer: Observer, lost: ReadonlyMap<string, number>): void {
  const probes = [...observer.probes];
  console.log(`
Shares as requests from outside saw them; seconds from the command until the weights were there:
${table(["wave", "stage", "region", "share", "requests", "failed", "seconds"], shares).join("\n")}

Times, from the start of the command until the last answer of the version at the region's entry:
${table(["what", "region", "time"], times).join("\n")}

In all:
${table(
  ["region", "requests", "failed", "writes", "lost writes"],
  probes.map(([region, { total, acknowledged }]) => [
    region,
    `${total.requests}`,
    `${total.failed}`,
    `${acknowledged.size}`,
    `${lost.get(region) ?? ""}`,
  ]),
).join("\n")}`);
}
