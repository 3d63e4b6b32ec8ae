import assert from "node:assert/strict";
import { test } from "node:test";
import { hasReached, type Standing, waitUntil } from "../../ops/delivery/waiting.ts";

const [GOOD, BAD] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];

test("a release counts as arrived only with its own digest, and never once it was aborted", () => {
  const cases: [Standing, boolean][] = [
    [{ digest: GOOD, phase: "canary", stage: "50" }, true],
    [{ digest: GOOD, phase: "canary", stage: "100" }, true],
    [{ digest: GOOD, phase: "stable", stage: "done" }, true],
    [{ digest: GOOD, phase: "canary", stage: "10" }, false],
    [{ digest: GOOD, phase: "pending", stage: "50" }, false],
    [{ digest: GOOD, phase: "aborted", stage: "50" }, false],
    [{ digest: BAD, phase: "stable", stage: "done" }, false],
    // A region that could not be asked.
    [{}, false],
  ];
  for (const [standing, expected] of cases)
    assert.equal(hasReached(standing, GOOD, "50"), expected, JSON.stringify(standing));
});

test("100 % with the bake time still running is not done", () => {
  assert.equal(hasReached({ digest: GOOD, phase: "canary", stage: "100" }, GOOD, "done"), false);
});

test("waiting in vain ends with what was waited for and how it stands", async () => {
  const never = waitUntil("rain", () => Promise.resolve(false), { seconds: 0.05, every: 10, state: () => "sunshine" });
  await assert.rejects(never, /waited 0\.05 s for rain; sunshine/);
});

test("waiting ends when it is interrupted", async () => {
  const ending = new AbortController();
  ending.abort(new Error("interrupted"));
  await assert.rejects(
    waitUntil("rain", () => Promise.resolve(false), { seconds: 60, signal: ending.signal }),
    /interrupted/,
  );
});
