import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { isAlive, startedAt } from "../../ops/processes.ts";

test("a process that has ended counts as dead before its parent takes notice, so its lock can be removed", async () => {
  // The shell never waits for its child, which therefore stays in the process table.
  const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [printed] = (await once(parent.stdout, "data")) as [Buffer];
    const child = Number(printed.toString());
    assert.equal(isAlive(child), true);
    const deadline = performance.now() + 10_000;
    while (isAlive(child) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(isAlive(child), false);
    process.kill(child, 0);
  } finally {
    parent.kill("SIGKILL");
  }
});

test("a process is known by when it began", () => {
  const began = startedAt(process.pid);
  assert.ok(began !== undefined && Math.abs(began - (Date.now() - process.uptime() * 1000)) < 5000, String(began));
  assert.equal(startedAt(2 ** 22 + 1), undefined);
});
