import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { STAGES } from "../../infra/plan/release.ts";
import { verdict } from "../../workload/verdict.ts";

const digest = fc.constantFrom("sha256:a", "sha256:b", "sha256:c");
const stage = fc.constantFrom(...STAGES);
const release = fc.record({
  ceiling: fc.option(fc.record({ digest, stage, denied: fc.uniqueArray(digest) }), { nil: undefined }),
  denied: fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constant("errors")),
});

test("nothing starts that is not allowed: yes means the released digest, not denied by anybody, within the ceiling", () =>
  fc.assert(
    fc.property(release, digest, fc.oneof(stage, fc.string()), (given, asked, at) => {
      const { allow, reason } = verdict(given, asked, at);
      assert.notEqual(reason, "");
      if (!allow) return;
      assert.equal(given.ceiling?.digest, asked);
      assert.ok(!given.ceiling?.denied.includes(asked));
      assert.ok(!(asked.slice("sha256:".length) in given.denied));
      const [wanted, ceiling] = [at, given.ceiling?.stage ?? "0"].map((name) => STAGES.indexOf(name as never));
      assert.ok(wanted !== undefined && ceiling !== undefined && wanted >= 1 && wanted <= ceiling);
    }),
  ));

test("what is released and not denied may run at every stage up to its ceiling", () =>
  fc.assert(
    fc.property(digest, stage, stage, (released, ceiling, asked) => {
      const given = { ceiling: { digest: released, stage: ceiling, denied: [] }, denied: {} };
      const within = STAGES.indexOf(asked) >= 1 && STAGES.indexOf(asked) <= STAGES.indexOf(ceiling);
      assert.equal(verdict(given, released, asked).allow, within);
    }),
  ));
