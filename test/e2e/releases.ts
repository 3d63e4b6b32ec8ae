import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../../infra/plan/release.ts";
import type { Probe } from "../../ops/delivery/probe.ts";
import { type RegionState, readRegion } from "../../ops/delivery/region.ts";
import { serviceNamed } from "../../ops/delivery/services.ts";
import { type Environment, imageOf, REGIONS, type RegionName, STACK, until } from "./environment.ts";

/** How the service stands in a region. */
export const stateOf = async (environment: Environment, region: RegionName): Promise<RegionState> =>
  readRegion(await environment.cluster(region), serviceNamed());

export async function release(environment: Environment, digest: string): Promise<void> {
  await environment.succeed("release", STACK, "--sim", "--image", imageOf(digest));
}

/** Waits until a region has given a digest the share of a stage. */
export async function reached(
  environment: Environment,
  region: RegionName,
  digest: string,
  stage: Stage,
  seconds = 60,
): Promise<void> {
  let state: RegionState | undefined;
  await until(
    `${region} to have ${digest.slice(7, 15)} at ${stage}`,
    seconds,
    async () => {
      state = await stateOf(environment, region).catch(() => undefined);
      if (state?.digest !== digest) return false;
      return stage === "done" ? state.phase === "stable" : state.stage === stage && state.weight === Number(stage);
    },
    () => state && { phase: state.phase, stage: state.stage, weight: state.weight, message: state.rollout.status },
  );
}

const ORDER: readonly Stage[] = ["10", "50", "100", "done"];

/**
 * Takes a release to a stage in all regions of its wave, past the gates that ask for minutes of measurements: for tests of
 * what comes afterwards.
 */
export async function releaseTo(
  environment: Environment,
  digest: string,
  stage: Stage,
  regions: readonly RegionName[] = REGIONS,
): Promise<void> {
  await release(environment, digest);
  for (const step of ORDER.slice(0, ORDER.indexOf(stage) + 1)) {
    if (step !== "10")
      await environment.succeed(
        "promote",
        STACK,
        "--sim",
        "--to",
        step,
        "--force",
        "--reason",
        "a test of what follows",
      );
    await Promise.all(regions.map((region) => reached(environment, region, digest, step)));
  }
}

/** Probes of all regions, started, each with its requests per second. */
export async function startProbes(
  environment: Environment,
  rateOf: (region: RegionName) => number,
): Promise<Map<RegionName, Probe>> {
  const probes = new Map<RegionName, Probe>();
  for (const region of REGIONS) {
    const probe = await environment.probe(region, rateOf(region));
    probe.start();
    probes.set(region, probe);
  }
  return probes;
}

/** Ends probes; whatever they saw fail, or acknowledged and cannot find again, is an error. */
export async function nothingLost(probes: ReadonlyMap<RegionName, Probe>): Promise<void> {
  await Promise.all([...probes.values()].map((probe) => probe.stop()));
  for (const [region, probe] of probes) {
    const { requests, failed } = probe.total;
    assert.ok(requests > 100, `${region}: only ${requests} requests`);
    assert.equal(
      failed,
      0,
      `${region}: ${failed} of ${requests} failed: ${JSON.stringify(probe.failures.slice(0, 5))}`,
    );
    assert.ok(probe.acknowledged.size > 10, `${region}: only ${probe.acknowledged.size} writes`);
    assert.deepEqual(await probe.lost(), [], `${region}: acknowledged writes are gone`);
  }
}

/**
 * Does something under load in all regions, of which no request may fail and no write be lost, and cleans up whatever
 * happens. Of several problems the first is told: the others may follow from it.
 */
export async function underLoad(
  environment: Environment,
  rate: number,
  work: (probes: ReadonlyMap<RegionName, Probe>) => Promise<void>,
  cleanUp: () => Promise<void> = async () => {},
): Promise<void> {
  const probes = await startProbes(environment, () => rate);
  const problems: unknown[] = [];
  for (const part of [() => work(probes), () => nothingLost(probes), cleanUp])
    await part().catch((problem) => problems.push(problem));
  if (problems.length > 0) throw problems[0];
}

/** What so many reads see, none of which may fail. Writes cost several times as much, and tell a share no better. */
export async function sample(environment: Environment, region: RegionName, requests: number, rate: number) {
  const probe = await environment.probe(region, rate, { writeEvery: 0 });
  probe.start();
  await until(`${requests} requests`, 240, async () => probe.total.requests >= requests);
  await probe.stop();
  assert.equal(probe.total.failed, 0, `${region}: ${JSON.stringify(probe.failures.slice(0, 5))}`);
  return probe.total;
}

/** Back to what the stack shipped, or whatever is stable, everywhere. */
export async function settle(environment: Environment): Promise<void> {
  await environment.clearFaults();
  for (const region of REGIONS) {
    const { phase } = await stateOf(environment, region);
    if (phase !== "stable") {
      await environment.novactl("rollback", STACK, "--sim", "--reason", "end of a test");
      break;
    }
  }
  for (const region of REGIONS) {
    let last: unknown;
    await until(
      `${region} to be stable`,
      60,
      async () => {
        const state = await stateOf(environment, region).catch(() => undefined);
        last = state && [state.phase, state.weight];
        return state?.phase === "stable";
      },
      () => last,
    );
  }
  await sleep(500);
}
