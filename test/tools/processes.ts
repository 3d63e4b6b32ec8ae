import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a condition; fails after half a minute. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `still waiting for ${condition}`);
    await sleep(20);
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
