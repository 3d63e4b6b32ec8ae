import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { request } from "../../ops/simulator.ts";
import { type Answer, novactl } from "../ops/novactl.ts";
import { delayed, untilDelayed } from "./runningRun.ts";
import { assertConsistent, Workspace } from "./workspace.ts";

/**
 * novactl without --sim, as on the real clouds: with a backend, config and credentials that the user's own environment
 * names. Here they lead to a file backend and, unknown to novactl, to the simulator.
 */
const workspace = new Workspace();
let env: NodeJS.ProcessEnv = {};

const run = (...args: string[]) => novactl(args, { cwd: workspace.folder, env });
const up = (...args: string[]): Promise<Answer> => run("up", "staging", "--yes", ...args, "--", "--skip-preview").ended;

/** Starts a run and kills it with novactl while its first creation of an address is under way. */
async function interrupt(): Promise<void> {
  const simulator = await workspace.simulator();
  await request(simulator, "POST /faults", { kind: "slow", type: "aws:ec2/eip:Eip", seconds: 2 });
  const interrupted = run("up", "staging", "--yes", "--", "--skip-preview", "--parallel", "1");
  const pid = await untilDelayed(workspace, simulator, interrupted);
  process.kill(interrupted.pid, "SIGKILL");
  process.kill(pid, "SIGKILL");
  await interrupted.ended;
  while ((await delayed(simulator)) > 0);
}

const pendingUrn = (): string => {
  const [operation, ...others] = workspace.state().pending_operations ?? [];
  assert.ok(operation !== undefined && others.length === 0);
  return operation.resource.urn;
};

describe("a stack with a backend of the user's own", { concurrency: 1 }, () => {
  before(async () => {
    env = await workspace.json<NodeJS.ProcessEnv>("env", "staging", "--sim");
    for (const [name, value] of Object.entries(env)) if (value === null) delete env[name];
    env.TMPDIR = workspace.temporary;
  });
  after(() => workspace.remove());

  test("after a kill nothing is created twice: a person is asked what became of a pending create", async () => {
    await interrupt();
    assert.notDeepEqual(readdirSync(workspace.locks), []);
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.ok(stderr.includes(`--adopt '${pendingUrn()}=ID'`), stderr);
    assert.match(stderr, /--clear-pending/);
    assert.deepEqual(readdirSync(workspace.locks), [], "the dead run's lock is gone");
    const { pending } = await workspace.json<{ pending: unknown[] }>("status", "staging", "--sim");
    assert.deepEqual(pending, [{ operation: "creating", urn: pendingUrn() }]);
  });

  test("an id for something else is refused", async () => {
    const { code, stderr } = await up("--adopt", "urn:pulumi:staging::fixture::aws:ec2/eip:Eip::nobody=eipalloc-1");
    assert.equal(code, 1);
    assert.match(stderr, /no pending create of urn:pulumi:staging::fixture::aws:ec2\/eip:Eip::nobody/);
  });

  test("what exists is adopted, and the rest of the run completed", async () => {
    const urn = pendingUrn();
    const made = (await workspace.inventory()).find((entry) => entry.urn === urn);
    assert.ok(made);
    const { code, stderr } = await up("--adopt", `${urn}=${made.id}`);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`found as ${made.id}, adopted`));
    await assertConsistent(workspace);
  });

  test("what does not exist is cleared, and created", async () => {
    workspace.edit("index.ts", (text) => text.replace("[0, 1].map", "[0, 1, 2].map"));
    await interrupt();
    const urn = pendingUrn();
    await workspace.succeed("sim", "remove", urn);
    const { code, stderr } = await up("--clear-pending");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /was not made, cleared/);
    await assertConsistent(workspace);
  });

  test("the live state of the mesh is not claimed to be known", async () => {
    const { code, stderr } = await run("mesh", "staging", "--lose", "region:aws-use1").ended;
    assert.equal(code, 1);
    assert.match(stderr, /only the simulated clouds can answer/);
    const planned = await run("mesh", "staging").ended;
    assert.match(planned.stderr, /publishes no mesh/);
  });
});
