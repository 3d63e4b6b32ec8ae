import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Recovery } from "../../ops/recovery.ts";
import { request, stopSimulator } from "../../ops/simulator.ts";
import type { Fault } from "../../sim/faults.ts";
import { delayed, type Run, untilDelayed } from "./runningRun.ts";
import { assertConsistent, Workspace } from "./workspace.ts";

/** What a run with --json says. */
interface Report {
  exitCode: number;
  changes: Record<string, number>;
  recovery: Recovery;
}

/** Kills a run whose Pulumi is process `pid`. */
type Kill = (workspace: Workspace, run: Run, pid: number) => Promise<void>;

/** One place at which a run is interrupted. */
interface KillPoint {
  command: "up" | "destroy";
  fault: Partial<Fault>;
  /** What is killed once the fault is under way; nothing where the fault itself kills the simulator. */
  kill?: Kill;
  before?: (workspace: Workspace) => void;
  /** Operations that Pulumi runs at a time. @default 1, so that one fault stops everything */
  parallel?: number;
}

const crash = (when: "before" | "after", operation: Fault["operation"], more: Partial<Fault> = {}): Partial<Fault> => ({
  kind: `crash-${when}`,
  operation,
  ...more,
});

/** Long enough to be killed in, and over before the next run can have looked. */
const slow = (operation: Fault["operation"], type = "*"): Partial<Fault> => ({
  kind: "slow",
  operation,
  type,
  seconds: 2,
});

/** Pulumi alone: novactl sees it die. */
const killPulumi: Kill = async (_, run, pid) => {
  process.kill(pid, "SIGKILL");
  assert.equal((await run.ended).code, 137);
};

/** Both, as the end of a session or a full memory does: nobody is left to tidy up. */
const killBoth: Kill = async (_, run, pid) => {
  process.kill(run.pid, "SIGKILL");
  process.kill(pid, "SIGKILL");
  await run.ended;
};

/** Pulumi, and the simulator before it has made what it was asked for. */
const killAll: Kill = async (workspace, run, pid) => {
  await killBoth(workspace, run, pid);
  await stopSimulator(workspace.home, "kill");
};

const nextGeneration = (workspace: Workspace) =>
  workspace.edit("Pulumi.staging.yaml", (text) => text.replace(/"(\d+)"/, (_, number) => `"${Number(number) + 1}"`));

const setRetention = (workspace: Workspace) =>
  workspace.edit("index.ts", (text) =>
    text.replace(/retentionInDays: (\d+)/, (_, days) => `retentionInDays: ${days === "30" ? 60 : 30}`),
  );

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

// Together they let ten of the sixteen resources pass, so that each finds something to create.
const creation: KillPoint[] = [
  { command: "up", fault: crash("after", "create") },
  { command: "up", fault: crash("before", "create", { skip: 1 }) },
  { command: "up", fault: slow("create", "aws:ec2/eip:Eip"), kill: killBoth },
  { command: "up", fault: crash("after", "create", { skip: 1 }) },
  { command: "up", fault: slow("create"), kill: killPulumi },
  { command: "up", fault: slow("create"), kill: killAll },
  { command: "up", fault: crash("after", "create", { skip: 1 }) },
  { command: "up", fault: slow("create"), kill: killBoth },
  { command: "up", fault: crash("before", "create") },
  { command: "up", fault: slow("create"), kill: killAll },
  // Several creations are under way at once.
  { command: "up", fault: crash("after", "create"), parallel: 8 },
  // The next run finds the simulator still busy with the creation.
  { command: "up", fault: slow("create"), kill: killBoth },
];

const change: KillPoint[] = [
  { command: "up", before: nextGeneration, fault: crash("after", "create", { type: LOG_GROUP }) },
  { command: "up", fault: slow("create", LOG_GROUP), kill: killBoth },
  // It dies while the recovery deletes what the point before has left.
  { command: "up", fault: crash("before", "delete", { type: LOG_GROUP }) },
  { command: "up", fault: crash("before", "delete", { type: LOG_GROUP, skip: 1 }) },
  { command: "up", before: setRetention, fault: crash("after", "update", { type: LOG_GROUP }) },
  { command: "up", before: setRetention, fault: slow("update", LOG_GROUP), kill: killBoth },
];

const destruction: KillPoint[] = [
  { command: "destroy", fault: crash("after", "delete") },
  { command: "destroy", fault: slow("delete"), kill: killBoth },
  { command: "destroy", fault: crash("before", "delete", { skip: 2 }) },
  { command: "destroy", fault: slow("delete"), kill: killPulumi },
];

/** The changes replace the log group, and keep its entries for longer or less long in turn. */
const consentTo = (command: KillPoint["command"]): string[] =>
  command === "up" ? ["--allow", "replace-data", "--allow", "lower-protection"] : [];

async function interrupt(workspace: Workspace, point: KillPoint): Promise<Recovery | undefined> {
  point.before?.(workspace);
  const simulator = await workspace.simulator();
  // A request that is still held back would take this point's fault.
  while ((await delayed(simulator)) > 0) await sleep(50);
  await request(simulator, "POST /faults", point.fault);
  const flags = ["--skip-preview", "--parallel", `${point.parallel ?? 1}`];
  const run = workspace.start(
    point.command,
    "staging",
    "--sim",
    "--yes",
    "--json",
    ...consentTo(point.command),
    "--",
    ...flags,
  );
  if (point.kill !== undefined) {
    await point.kill(workspace, run, await untilDelayed(workspace, simulator, run));
  }
  const { code, stdout, stderr } = await run.ended;
  assert.notEqual(code, 0, `${JSON.stringify(point.fault)} interrupted nothing\n${stdout}\n${stderr}`);
  if (point.kill === undefined) assert.match(stderr, /EOF|connection|Unavailable|transport|does not answer/i);
  return stdout === "" ? undefined : (JSON.parse(stdout) as Report).recovery;
}

test("whatever is killed at whichever point, the next run puts right: nothing orphaned, nothing doubled", async (t) => {
  const workspace = new Workspace();
  t.after(() => workspace.remove());
  const total: Recovery = { adopted: [], cleared: [], deleted: [], unsettled: [] };
  const add = (recovery: Recovery | undefined) => {
    total.adopted.push(...(recovery?.adopted ?? []));
    total.cleared.push(...(recovery?.cleared ?? []));
    total.deleted.push(...(recovery?.deleted ?? []));
    total.unsettled.push(...(recovery?.unsettled ?? []));
  };
  const complete = async (command: "up" | "destroy") => {
    const report = await workspace.json<Report>(
      command,
      "staging",
      "--sim",
      "--yes",
      ...consentTo(command),
      "--",
      "--skip-preview",
    );
    assert.equal(report.exitCode, 0, JSON.stringify(report));
    add(report.recovery);
    await assertConsistent(workspace);
  };
  for (const [phase, points, command] of [
    ["creation", creation, "up"],
    ["change and replacement", change, "up"],
    ["destruction", destruction, "destroy"],
  ] as const) {
    await t.test(`${phase}: ${points.length} kill points, each on top of what the one before left`, async () => {
      for (const point of points) add(await interrupt(workspace, point));
      await complete(command);
    });
    if (phase !== "destruction")
      await t.test(`after ${phase} another run finds nothing to do`, async () => {
        const { changes } = await workspace.json<Report>("preview", "staging", "--sim");
        assert.deepEqual(Object.keys(changes), ["same"]);
      });
  }
  assert.ok(creation.length + change.length + destruction.length >= 20);
  // Each way of putting right was needed, so each was tried.
  assert.ok(total.adopted.length >= 1, "nothing was adopted");
  assert.ok(total.cleared.length >= 1, "nothing was cleared");
  assert.ok(total.deleted.length >= 3, "no orphan was deleted");
  assert.ok(total.unsettled.length >= 1, "no change was left unsettled");
  assert.deepEqual(await workspace.inventory(), []);
  assert.deepEqual(workspace.held(), []);
});
