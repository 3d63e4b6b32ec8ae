import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ReleaseConfig } from "../../infra/config/schema.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { planRelease, planWaves, STAGES, type Stage, waveOf } from "../../infra/plan/release.ts";
import { configOf, digestNumber, regions } from "./arbitraries.ts";

const stage = fc.constantFrom<Stage>(...STAGES);

/** Regions, some of them in waves of any number, and a release that may be at any point of them. */
const facts = regions(1, 6).chain((list) => {
  const names = list.map(({ name }) => name);
  return fc
    .record({
      placed: fc.shuffledSubarray(names),
      perWave: fc.integer({ min: 1, max: 3 }),
      stage,
      denied: fc.subarray([digestNumber(8), digestNumber(9)]),
    })
    .chain(({ placed, perWave, ...rest }) => {
      const waves: string[][] = [];
      for (let index = 0; index < placed.length; index += perWave) waves.push(placed.slice(index, index + perWave));
      const count = planWaves({ waves }, names).length;
      return fc.record({
        names: fc.constant(names),
        config: fc.constant(configOf(list)),
        release: fc.integer({ min: 1, max: count }).map((wave): ReleaseConfig => ({ ...rest, wave, waves })),
      });
    });
});

const rank = ({ stage: reached }: { stage: Stage }): number => STAGES.indexOf(reached);

test("no region is further than one of an earlier wave, so a fault shows where fewest are before it is everywhere", () => {
  fc.assert(
    fc.property(facts, ({ names, config, release }) => {
      const plan = planRelease({ ...config, release });
      for (const one of names) {
        for (const other of names) {
          if (waveOf(release, one) >= waveOf(release, other)) continue;
          const [earlier, later] = [plan[one]?.["dwcp-v3"], plan[other]?.["dwcp-v3"]];
          assert.ok(earlier && later);
          assert.ok(rank(earlier) >= rank(later), `${one} ${earlier.stage} < ${other} ${later.stage}`);
          // A later wave begins only when the one before is done.
          if (rank(later) > 0) assert.equal(earlier.stage, "done");
        }
      }
    }),
  );
});

test("every region is in exactly one wave, a new one in the last, so none is forgotten or released unawares", () => {
  fc.assert(
    fc.property(facts, ({ names, release }) => {
      const waves = planWaves(release, names);
      assert.deepEqual(waves.flat().toSorted(), names.toSorted());
      for (const name of names) assert.ok(waves[waveOf(release, name) - 1]?.includes(name));
      assert.equal(waveOf(release, "gcp-new1"), release.waves.length + 1);
    }),
  );
});

test("raising the stage or the wave lowers no region, so a promotion takes nothing back", () => {
  fc.assert(
    fc.property(facts, stage, ({ names, config, release }, other) => {
      const higher = { ...release, stage: rank({ stage: other }) > rank(release) ? other : release.stage };
      const before = planRelease({ ...config, release });
      for (const after of [
        planRelease({ ...config, release: higher }),
        planRelease({ ...config, release: { ...release, wave: release.wave + 1, stage: "0" } }),
      ]) {
        for (const name of names) {
          const [now, then] = [after[name]?.["dwcp-v3"], before[name]?.["dwcp-v3"]];
          assert.ok(now && then && rank(now) >= rank(then));
        }
      }
    }),
  );
});

test("a third digest does not inherit the stage of the one before: it starts at 10 % in the first wave", () => {
  fc.assert(
    fc.property(facts, ({ names, config, release }) => {
      const granted = planRelease({ ...config, release: { ...release, digest: digestNumber(3) } });
      assert.deepEqual(granted, planRelease({ ...config, release }));

      const images = { ...config.images, dwcpV3: `registry.example/dwcp-v3@${digestNumber(7)}` };
      const third = planRelease({ ...config, images, release: { ...release, digest: digestNumber(3) } });
      for (const name of names) {
        const ceiling = third[name]?.["dwcp-v3"];
        assert.equal(ceiling?.digest, digestNumber(7));
        assert.equal(ceiling?.stage, waveOf(release, name) === 1 ? "10" : "0");
      }
    }),
  );
});

test("each region's ceiling names the image of the config and everything that is denied, whatever the stage", () => {
  fc.assert(
    fc.property(facts, ({ names, config, release }) => {
      const plan = planEnvironment({ ...config, release }, "test").release;
      assert.deepEqual(Object.keys(plan).toSorted(), names.toSorted());
      for (const [name, services] of Object.entries(plan)) {
        assert.equal(services["dwcp-v3"].wave, waveOf(release, name));
        assert.equal(services["dwcp-v3"].digest, digestNumber(3));
        assert.deepEqual(services["dwcp-v3"].denied, release.denied);
        assert.deepEqual(services["dwcp-v1"], { digest: digestNumber(1), stage: "done", denied: [], wave: 1 });
        assert.equal(services.pba.digest, digestNumber(4));
      }
    }),
  );
});
