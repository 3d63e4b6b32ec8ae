import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "../../workload/role.ts";
import { digestNamed, type Environment, REGIONS, type RegionName, until } from "./environment.ts";
import { reached, release, releaseTo, settle, startProbes, stateOf } from "./releases.ts";

/** From the first bad answer to the abort. */
const DETECTION_SECONDS = 30;
const REGION = "aws-use1";

/**
 * In each region another way to be bad, and requests per second: errors are found only where there are some, and what three
 * regions on two processors have left during a release is not much.
 */
const BAD: Readonly<Record<RegionName, { title: string; faults: Faults; rate: number }>> = {
  "aws-use1": { title: "5 % errors", faults: { errorShare: 0.05 }, rate: 40 },
  "azr-weu": { title: "a p95 three times as long", faults: { slowness: 3 }, rate: 20 },
  "gcp-aso1": { title: "no metrics", faults: { noMetrics: true }, rate: 20 },
};

/** Needs all regions in one wave. */
export function badEverywhereTests(environment: () => Environment): void {
  test("a canary with 5 % errors, one with a p95 three times as long and one without metrics are taken back by themselves", async (t) => {
    const digest = digestNamed("bad");
    for (const region of REGIONS) await environment().fault(region, { digest }, BAD[region].faults);
    const probes = await startProbes(environment(), (region) => BAD[region].rate);
    try {
      await release(environment(), digest);
      await Promise.all(
        REGIONS.map(async (region) => {
          await reached(environment(), region, digest, "10");
          const detection = await aborted(environment(), region, digest);
          t.diagnostic(`${BAD[region].title}: taken back ${(detection / 1000).toFixed(1)} s after it reached 10 %`);
        }),
      );
      for (const [region, probe] of probes) {
        // Until its pods have ended, Argo has the gateways load their configuration several times a second (docs/decisions/0017).
        await until(`${region} to answer everything`, 20, async () => {
          probe.window();
          await sleep(1000);
          return probe.window().failed === 0;
        });
        const { failed, requests } = probe.total;
        t.diagnostic(`${region}: ${failed} of ${requests} requests failed until then`);
      }
      for (const probe of probes.values()) probe.window();
      await sleep(2000);
      for (const [region, probe] of probes) {
        const { failed, answers } = probe.window();
        const last = JSON.stringify(probe.failures.slice(-5));
        assert.deepEqual([failed, answers[digest]], [0, undefined], `${region}: ${failed} failed, ${last}`);
      }
    } finally {
      for (const probe of probes.values()) await probe.stop();
      await settle(environment());
    }
  });
}

export function badCanaryTests(environment: () => Environment): void {
  test("a canary is taken back when Prometheus is gone: no data is no success", async (t) => {
    const digest = digestNamed("blind");
    await release(environment(), digest);
    await reached(environment(), REGION, digest, "10");
    await sleep(16_000);
    assert.equal((await stateOf(environment(), REGION)).phase, "canary", "it is well while it is measured");
    await scalePrometheus(environment(), 0);
    try {
      const detection = await aborted(environment(), REGION, digest);
      t.diagnostic(`Prometheus gone: taken back after ${(detection / 1000).toFixed(1)} s`);
    } finally {
      await scalePrometheus(environment(), 1);
      await settle(environment());
    }
  });

  test("a gate that is dead or talks nonsense, and a Prometheus that restarts, are waited for: nothing opens, nothing is aborted", async () => {
    const digest = digestNamed("patient");
    await release(environment(), digest);
    await reached(environment(), REGION, digest, "10");
    await sleep(16_000);
    const stillAt10 = async (what: string) => {
      await sleep(8_000);
      const { phase, stage, weight } = await stateOf(environment(), REGION);
      assert.deepEqual([phase, stage, weight], ["canary", "10", 10], what);
    };
    await environment().fault(REGION, { service: "gate" }, { garbage: true });
    await stillAt10("the gate answers garbage");
    await environment().fault(REGION, { service: "gate" }, {});
    await environment().control(`POST /regions/${REGION}/crash`, { service: "gate" });
    await stillAt10("the gate was killed");
    await environment().succeed("promote", "staging", "--sim", "--to", "50");
    await reached(environment(), REGION, digest, "50");
    await settle(environment());
  });

  for (const stage of ["10", "50"] as const) {
    test(`all canary pods crash at ${stage} %: stable keeps serving, and gets everything back`, async (t) => {
      const digest = digestNamed(`crash${stage}`);
      await releaseTo(environment(), digest, stage, [REGION]);
      const probe = await environment().probe(REGION, 50);
      probe.start();
      const stable = (await stateOf(environment(), REGION)).stable ?? "";
      let crashing = true;
      const crashes = (async () => {
        while (crashing) {
          await environment().control(`POST /regions/${REGION}/crash`, { digest });
          await sleep(300);
        }
      })();
      try {
        await sleep(1000);
        probe.window();
        await sleep(4000);
        const during = probe.window();
        assert.ok((during.answers[stable] ?? 0) > 50, `stable answered ${during.answers[stable]} times`);
        await aborted(environment(), REGION, digest, 90);
        await sleep(1000);
        probe.window();
        await sleep(3000);
        const after = probe.window();
        assert.equal(after.failed, 0, "failures after everything went back to stable");
        const { failed, requests } = probe.total;
        t.diagnostic(`crashing canary at ${stage} %: ${failed} of ${requests} requests failed until it was taken back`);
        assert.ok(failed / requests <= Number(stage) / 100 + 0.02, `${failed} of ${requests} failed`);
      } finally {
        crashing = false;
        await crashes;
        await probe.stop();
        await settle(environment());
      }
    });
  }
}

/** Waits until Argo has taken a canary back by itself; milliseconds. */
const aborted = (
  environment: Environment,
  region: RegionName,
  digest: string,
  seconds = DETECTION_SECONDS + 15,
): Promise<number> => {
  let last: unknown;
  return until(
    `${region}'s canary to be aborted`,
    seconds,
    async () => {
      const state = await stateOf(environment, region).catch(() => undefined);
      last = state && [state.phase, state.weight, state.rollout.status?.message];
      return state?.digest === digest && state.phase === "aborted" && state.weight === 0;
    },
    () => last,
  );
};

async function scalePrometheus(environment: Environment, replicas: number): Promise<void> {
  const client = await environment.cluster(REGION);
  const path = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses";
  const { items } = await client.get<{ items: { metadata: { name: string } }[] }>(path);
  for (const { metadata } of items) await client.merge(`${path}/${metadata.name}`, { spec: { replicas } });
  await until(`Prometheus to have ${replicas} pods`, 60, async () => {
    const pods = await client.get<{ items: { status: { conditions?: { type: string; status: string }[] } }[] }>(
      "/api/v1/namespaces/monitoring/pods",
      { labelSelector: "app.kubernetes.io/name=prometheus" },
    );
    const ready = pods.items.filter(({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    return replicas === 0 ? pods.items.length === 0 : ready.length === replicas;
  });
}
