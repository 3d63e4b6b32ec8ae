import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { withLock } from "../../tools/lock.mjs";

const lockModule = join(import.meta.dirname, "..", "..", "tools", "lock.mjs");

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("no two processes ever work under one lock, though its first holder was killed", async (t) => {
  const folder = scratch(t);
  const lock = join(folder, "lock");
  const counter = join(folder, "counter");
  writeFileSync(counter, "0");
  // The start time is not that of any process with this pid: a holder that is gone, whose pid somebody else has now.
  writeFileSync(lock, JSON.stringify({ pid: process.pid, started: "0", purpose: "killed" }));
  // Reading, pausing and writing loses counts as soon as two do it at once.
  const script = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { withLock } from ${JSON.stringify(lockModule)};
    for (let i = 0; i < 5; i++) await withLock(${JSON.stringify(lock)}, "counting", () => {}, async () => {
      const count = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
      await sleep(5);
      writeFileSync(${JSON.stringify(counter)}, String(count + 1));
    });`;
  const workers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "inherit" }),
  );
  const ends = await Promise.all(workers.map((worker) => once(worker, "exit")));
  assert.deepEqual(
    ends.map(([code]) => code),
    [0, 0, 0, 0],
  );
  assert.equal(readFileSync(counter, "utf8"), "20");
  assert.equal(existsSync(lock), false);
});

test("work that fails gives the lock back", async (t) => {
  const lock = join(scratch(t), "lock");
  await assert.rejects(
    withLock(
      lock,
      "failing",
      () => {},
      () => Promise.reject(new Error("no")),
    ),
    /no/,
  );
  assert.equal(existsSync(lock), false);
});
