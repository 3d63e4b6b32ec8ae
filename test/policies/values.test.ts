import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { secondsOf } from "../../policies/values.ts";

test("a duration is read as Go, Prometheus and Traefik write it, and whatever else is no duration", () => {
  const natural = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(natural, natural, natural, (minutes, seconds, milliseconds) => {
      const read = secondsOf(`${minutes}m${seconds}s${milliseconds}ms`);
      assert.ok(Math.abs((read ?? Number.NaN) - (minutes * 60 + seconds + milliseconds / 1000)) < 1e-6);
    }),
  );
  assert.equal(secondsOf("1.5h"), 5400);
  assert.equal(secondsOf("2"), 2);
  assert.equal(secondsOf(2), 2);
  assert.equal(secondsOf("1d"), 86_400);
  for (const none of ["", "soon", "s", "-5s", "1 s", "5x"]) {
    assert.equal(secondsOf(none), undefined, none);
  }
  for (const none of [undefined, null, true, {}]) assert.equal(secondsOf(none), undefined);
});
