import assert from "node:assert/strict";
import { test } from "node:test";
import { type Probe, shareOf } from "../../ops/delivery/probe.ts";
import { digestNamed, type Environment, type RegionName, STACK } from "./environment.ts";
import { reached, release, sample, settle, stateOf, underLoad } from "./releases.ts";

/** Requests by which each share is measured; with weights met exactly, two points are three standard deviations of a fair coin at 10 %. */
const SAMPLE = 2_000;

/** Requests per second: of what measures a share, over all regions of a wave, and of what looks for failures all the time. */
const RATE = { sampling: 75, constant: 10 };

const WAVES: readonly (readonly RegionName[])[] = [["aws-use1"], ["azr-weu", "gcp-aso1"]];

export function stagesTests(environment: () => Environment): void {
  test("a release gets 10, 50 and 100 % of the requests in each wave in turn, and nobody notices", async (t) => {
    const digest = digestNamed("good");
    const shares: string[] = [];
    const work = async (probes: ReadonlyMap<RegionName, Probe>): Promise<void> => {
      for (const [index, regions] of WAVES.entries()) {
        if (index === 0) await release(environment(), digest);
        else await environment().succeed("promote", STACK, "--sim", "--wave", String(index + 1));
        for (const stage of ["10", "50", "100"] as const) {
          if (stage !== "10") await environment().succeed("promote", STACK, "--sim", "--to", stage);
          await Promise.all(regions.map((region) => reached(environment(), region, digest, stage)));
          const windows = await Promise.all(
            regions.map(
              async (region) =>
                [region, await sample(environment(), region, SAMPLE, RATE.sampling / regions.length)] as const,
            ),
          );
          for (const [region, window] of windows) {
            const share = shareOf(window, digest);
            shares.push(`${region} at ${stage} %: ${share.toFixed(1)} % of ${window.requests}`);
            assert.ok(Math.abs(share - Number(stage)) <= 2, shares.at(-1));
          }
          // Later waves have heard of the release, and run nothing of it.
          for (const region of WAVES.slice(index + 1).flat()) {
            const state = await stateOf(environment(), region);
            assert.equal(state.weight, 0, region);
            assert.equal(probes.get(region)?.lastAnswer(digest), undefined, `${region} answered with the release`);
          }
        }
        await environment().succeed("promote", STACK, "--sim", "--to", "done");
        await Promise.all(regions.map((region) => reached(environment(), region, digest, "done")));
      }
    };
    await underLoad(environment(), RATE.constant, work, async () => t.diagnostic(shares.join("; ")));
  });

  test("a gate that fails is named, and promotion refused; force needs a reason and is on record", async () => {
    const bad = digestNamed("unready");
    await release(environment(), bad);
    // No requests yet, so nothing is measured.
    const { code, stderr } = await environment().novactl("promote", STACK, "--sim", "--to", "50");
    assert.equal(code, 1);
    assert.match(stderr, /aws-use1.*(stage|analysis|requests|errors|latency|rollout)/s);
    const without = await environment().novactl("promote", STACK, "--sim", "--to", "50", "--force");
    assert.equal(without.code, 1);
    assert.match(without.stderr, /--reason/);
    await settle(environment());
    const history = await environment().succeed("history", STACK, "--sim");
    assert.match(history, /release/);
  });

  test("an `up` in the middle of a canary changes nothing, and a third image begins at 10 % again", async () => {
    const [second, third] = [digestNamed("second"), digestNamed("third")];
    await release(environment(), second);
    await reached(environment(), "aws-use1", second, "10");
    await environment().succeed(
      "promote",
      STACK,
      "--sim",
      "--to",
      "50",
      "--force",
      "--reason",
      "a test of what follows",
    );
    await reached(environment(), "aws-use1", second, "50");
    const report = await environment().json<{ changes: Record<string, number> }>("up", STACK, "--sim", "--yes");
    const { same = 0, ...others } = report.changes;
    assert.ok(same > 800, `${same} resources are the same`);
    assert.deepEqual(others, {});
    const state = await stateOf(environment(), "aws-use1");
    assert.deepEqual([state.stage, state.weight, state.phase], ["50", 50, "canary"]);

    await release(environment(), third);
    await reached(environment(), "aws-use1", third, "10");
    await settle(environment());
  });
}
