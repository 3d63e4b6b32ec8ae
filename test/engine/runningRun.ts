import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../../ops/simulator.ts";
import type { Endpoint } from "../../sim/main.ts";
import type { Answer } from "../ops/novactl.ts";
import type { Workspace } from "./workspace.ts";

/** A novactl that is running. */
export type Run = ReturnType<Workspace["start"]>;

/** Requests that the simulator holds back at the moment. */
export const delayed = async (simulator: Endpoint): Promise<number> =>
  (await request<{ delayed: number }>(simulator, "GET /status")).delayed;

/** Waits until a request of this run is held back by the fault `slow`, and returns the number of the run's Pulumi. */
export async function untilDelayed(workspace: Workspace, simulator: Endpoint, run: Run): Promise<number> {
  let over: Answer | undefined;
  void run.ended.then((answer) => {
    over = answer;
  });
  for (;;) {
    // Pulumi starts only when the requests of earlier runs are through. The lock is read last: before, it may have been
    // that of a short Pulumi which the recovery ran.
    const pid = (await delayed(simulator)) > 0 ? engine(workspace, run) : undefined;
    if (pid !== undefined) return pid;
    assert.ok(over === undefined, `the run ended before anything was slowed down\n${over?.stdout}\n${over?.stderr}`);
    await sleep(20);
  }
}

/** The Pulumi that a run has started: it holds the stack's lock, as novactl itself does for a moment before. */
function engine(workspace: Workspace, { pid: own }: Run): number | undefined {
  const names = existsSync(workspace.locks) ? readdirSync(workspace.locks) : [];
  return (
    names
      .filter((name) => name.endsWith(".json"))
      .map((name) => /"pid":(\d+),.*\}/.exec(readFileSync(join(workspace.locks, name), "utf8"))?.[1])
      .map(Number)
      // Not a number: it is being written.
      .find((pid) => pid !== own && pid > 0)
  );
}
