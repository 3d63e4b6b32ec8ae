import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { watchesAgain } from "../../bench/watchesAgain.ts";
import type { Stage } from "../../infra/plan/release.ts";
import type { Probe } from "../../ops/delivery/probe.ts";
import { DECIDES_AFTER_MS, PROMISE_MS, SERVED_MS, watchGaps } from "../../ops/delivery/timedRollback.ts";
import { checkout, novactl } from "../ops/novactl.ts";
import { digestNamed, type Environment, REGIONS, type RegionName, STACK, until } from "./environment.ts";
import { atFullPace } from "./pace.ts";
import { releaseTo, settle, stateOf, underLoad } from "./releases.ts";
import { streamOn, streamsLeft } from "./streams.ts";

/** Requests per second and region: at 10 % the release answers every half second, which is how exact its last answer is known. */
const RATE = 20;

/** How a release is wanted before it is taken back, and what is broken then. */
interface Trial {
  title: string;
  stage: Stage;
  /** Whether long streams are on the release, and are to go elsewhere with their numbers. */
  streams?: true;
  /** Breaks something; returns what mends it. */
  fault?: (environment: Environment) => Promise<() => Promise<void>>;
  /** Regions that cannot be reached, and therefore keep the release. */
  unreachable?: readonly RegionName[];
}

const controllerDead = async (environment: Environment) => {
  const scale = async (replicas: number) => {
    for (const region of REGIONS) {
      const client = await environment.cluster(region);
      const path = "/apis/apps/v1/namespaces/argo-rollouts/deployments/argo-rollouts";
      await client.merge(path, { spec: { replicas } });
      await until(`${region} to have ${replicas} Argo controllers`, 60, async () => {
        const { status } = await client.get<{ status: { replicas?: number; readyReplicas?: number } }>(path);
        return (status.replicas ?? 0) === replicas && (status.readyReplicas ?? 0) === replicas;
      });
    }
  };
  await scale(0);
  return () => scale(2);
};

const stablePodDead = async (environment: Environment) => {
  const pods = await Promise.all(
    REGIONS.map(async (region) => {
      const state = await stateOf(environment, region);
      const client = await environment.cluster(region);
      const { items } = await client.get<{ items: { metadata: { name: string } }[] }>("/api/v1/namespaces/dwcp/pods", {
        labelSelector: `app.kubernetes.io/name=dwcp-v3,rollouts-pod-template-hash=${state.rollout.status?.stableRS}`,
      });
      return [region, items[0]?.metadata.name ?? ""] as const;
    }),
  );
  for (const [region, pod] of pods) await environment.fault(region, { pod }, { unready: true });
  await sleep(3_000);
  return () => environment.clearFaults();
};

const apiServerDown = (region: RegionName) => async (environment: Environment) => {
  await environment.succeed("sim", "stop", region, "kube-apiserver");
  return async () => {
    await environment.succeed("sim", "start", region, "kube-apiserver");
    await watchesAgain({ region, client: await environment.cluster(region) });
  };
};

const trials: readonly Trial[] = [
  { title: "at 10 %", stage: "10" },
  { title: "at 50 %", stage: "50", streams: true },
  { title: "at 100 %, before the bake time is over", stage: "100" },
  { title: "after full promotion", stage: "done", streams: true },
  { title: "at 50 % with Argo's controller dead", stage: "50", fault: controllerDead },
  { title: "after full promotion with Argo's controller dead", stage: "done", fault: controllerDead },
  { title: "at 50 % with a stable pod dead in each region", stage: "50", fault: stablePodDead },
  {
    title: "at 10 % with one API server unreachable",
    stage: "10",
    fault: apiServerDown("azr-weu"),
    unreachable: ["azr-weu"],
  },
];

export function rollbackTests(environment: () => Environment): void {
  for (const { title, stage, streams, fault, unreachable = [] } of trials) {
    test(`rollback ${title}: no answer of the release after ${PROMISE_MS / 1000} s, nothing lost`, (t) =>
      atFullPace(t, async (attempt) => {
        const digest = digestNamed(`${title}, attempt ${attempt}`);
        await releaseTo(environment(), digest, stage);
        let mend = async (): Promise<void> => {};
        const work = async (probes: ReadonlyMap<RegionName, Probe>): Promise<void> => {
          await until("the release to answer everywhere", 30, async () =>
            [...probes.values()].every((probe) => probe.lastAnswer(digest) !== undefined),
          );
          await sleep(DECIDES_AFTER_MS);
          if (streams) for (const region of REGIONS) await streamOn(environment(), region, digest);
          if (fault !== undefined) mend = await fault(environment());
          const regions = REGIONS.filter((region) => !unreachable.includes(region));
          const code = unreachable.length === 0 ? 0 : 2;
          await rollBack(t, title, environment(), { digest, probes, regions, code });
          if (streams) for (const region of REGIONS) await streamsLeft(environment(), region, digest);
        };
        await underLoad(environment(), RATE, work, async () => {
          await mend();
          await settle(environment());
        });
      }));
  }

  test("rollback in the middle of an `up`, which then does not bring the release back", (t) =>
    atFullPace(t, async (attempt) => {
      const digest = digestNamed(`during up, attempt ${attempt}`);
      await releaseTo(environment(), digest, "50");
      let up: ReturnType<Environment["start"]> | undefined;
      const work = async (probes: ReadonlyMap<RegionName, Probe>): Promise<void> => {
        const running = environment().start("up", STACK, "--sim", "--yes", "--json");
        up = running;
        // It says nothing before it has previewed the change; a rollback before that would make it start again.
        await until("the preview to be over", 300, async () => running.printed() !== "");
        await sleep(8_000);
        await rollBack(t, "during `up`", environment(), { digest, probes });
        await up.ended;
        await sleep(2_000);
        for (const probe of probes.values()) probe.window();
        await sleep(3_000);
        for (const [region, probe] of probes) assert.equal(probe.window().answers[digest], undefined, region);
      };
      await underLoad(environment(), RATE, work, async () => {
        await up?.ended;
        await settle(environment());
      });
    }));

  test("an `up` from an old checkout does not bring back what was rolled back", async () => {
    const digest = digestNamed("old checkout");
    await releaseTo(environment(), digest, "done");
    // What a colleague has who has not pulled since.
    const old = mkdtempSync(join(tmpdir(), "novacron-test-"));
    try {
      for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml", "package.json"])
        cpSync(join(environment().folder, file), join(old, file));
      for (const room of ["infra", "k8s", "policies", "node_modules"])
        symlinkSync(join(checkout, room), join(old, room));
      await environment().succeed("rollback", STACK, "--sim");
      const before = await lastUpdate(environment());
      const { code, stdout, stderr } = await novactl(["up", STACK, "--sim", "--yes"], {
        cwd: old,
        env: { NOVACRON_HOME: environment().home, NOVACRON_TIME_SCALE: "0", NOVACRON_CLUSTERS: "on" },
      }).ended;
      assert.equal(code, 1);
      assert.match(stdout + stderr, /is denied and must not run again/);
      for (const region of REGIONS) {
        const state = await stateOf(environment(), region);
        assert.notEqual(state.stable, digest, region);
        assert.equal(state.weight, 0, region);
      }
      assert.deepEqual(await lastUpdate(environment()), before, "its preview refuses it, and nothing is touched");
    } finally {
      rmSync(old, { recursive: true });
    }
  });
}

const lastUpdate = async (environment: Environment): Promise<unknown> =>
  (await environment.json<{ lastUpdate: unknown }>("status", STACK, "--sim")).lastUpdate;

/**
 * Rolls back and measures, by region, from the start of the command to the last answer of the release; reports that, and
 * when the last of its pods, and with it the last of its long streams, had gone.
 */
async function rollBack(
  t: TestContext,
  title: string,
  environment: Environment,
  {
    digest,
    probes,
    regions = REGIONS,
    code: expected = 0,
  }: {
    digest: string;
    probes: ReadonlyMap<RegionName, Probe>;
    regions?: readonly RegionName[];
    code?: 0 | 2;
  },
): Promise<void> {
  const decision = performance.now();
  for (const region of regions) {
    if ((probes.get(region)?.sinceLastAnswer(digest) ?? Number.POSITIVE_INFINITY) < SERVED_MS) continue;
    const { rollout } = await stateOf(environment, region);
    assert.fail(`${region}: the release was gone before anybody decided; ${rollout.status?.message}`);
  }
  const longestGap = watchGaps();
  const { code, stdout, stderr } = await environment.novactl(
    "rollback",
    STACK,
    "--sim",
    "--reason",
    "a test",
    "--json",
  );
  assert.equal(code, expected, `${stdout}\n${stderr}`);
  // Whatever comes later than this is later than promised anyway.
  await sleep(Math.max(0, decision + PROMISE_MS + 1_000 - performance.now()));
  const blind = longestGap();
  const times = regions.map((region) => {
    const last = probes.get(region)?.lastAnswer(digest)?.at ?? decision;
    return [region, Math.max(0, Math.round(last - decision))] as const;
  });
  const { podsEnded } = JSON.parse(stdout) as { podsEnded: Record<string, number> };
  const listed = (figures: readonly (readonly [string, number])[]) =>
    figures.map(([region, milliseconds]) => `${region} ${milliseconds} ms`).join(", ") || "none";
  t.diagnostic(`rollback ${title}: ${listed(times)}; its pods had ended: ${listed(Object.entries(podsEnded))}`);
  for (const [region, milliseconds] of times)
    assert.ok(
      milliseconds < PROMISE_MS,
      `${region}: ${milliseconds} ms, not looking for ${blind} ms at most; ${stdout}`,
    );
}
