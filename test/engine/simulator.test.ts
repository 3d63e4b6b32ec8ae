import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Workspace } from "./workspace.ts";

const workspace = new Workspace();

interface Start {
  pid: number;
  started: boolean;
}

const start = () => workspace.json<Start>("sim", "start");
const up = (...args: string[]) => workspace.novactl("up", "staging", "--sim", "--yes", ...args, "--", "--skip-preview");

describe("the simulated clouds", { concurrency: 1 }, () => {
  after(() => workspace.remove());

  test("two that start them at once get the same ones", async () => {
    const both = await Promise.all([start(), start()]);
    assert.equal(both[0].pid, both[1].pid);
    assert.deepEqual(both.map(({ started }) => started).toSorted(), [false, true]);
  });

  test("killed ones are started anew, whoever has their number by now", async () => {
    const file = join(workspace.home, "sim", "simulator.json");
    const before = await start();
    await workspace.succeed("sim", "kill");
    assert.equal((await workspace.novactl("sim", "status")).code, 2);
    writeFileSync(file, readFileSync(file, "utf8").replace(`"pid":${before.pid}`, `"pid":${process.pid}`));
    assert.equal((await workspace.novactl("sim", "status")).code, 2);
    const again = await start();
    assert.ok(again.started && again.pid !== before.pid && again.pid !== process.pid);
  });

  test("what throttles passes by itself; what has no capacity fails the run and the next one completes it", async () => {
    await workspace.succeed("sim", "fault", "throttle", "--type", "aws:s3/bucket:Bucket", "--times", "4");
    await workspace.succeed("sim", "fault", "capacity", "--type", "aws:ec2/natGateway:NatGateway");
    const first = await up();
    assert.notEqual(first.code, 0);
    assert.match(first.stdout, /not enough capacity/);
    assert.ok(workspace.held().includes("aws:s3/bucket:Bucket novacron-fixture-artifacts"));
    assert.match(await workspace.succeed("sim", "faults"), /no faults to come/);
    const second = await up();
    assert.equal(second.code, 0, second.stdout);
  });

  test("a resource that was made but did not become ready is mended, not made twice", async () => {
    workspace.edit("index.ts", (text) => text.replace('["a", "b", "c"]', '["a", "b", "c", "d"]'));
    await workspace.succeed("sim", "fault", "partial", "--type", "aws:ec2/subnet:Subnet");
    const first = await up();
    assert.notEqual(first.code, 0);
    assert.match(first.stdout, /did not become ready/);
    const second = await up();
    assert.equal(second.code, 0, second.stdout);
    const subnets = (await workspace.inventory()).filter(({ type }) => type === "aws:ec2/subnet:Subnet");
    assert.equal(subnets.length, 4);
  });

  test("a service that stays unavailable fails the run, and it is over when the service is back", async () => {
    workspace.edit("index.ts", (text) => text.replace("retentionInDays: 30", "retentionInDays: 60"));
    await workspace.succeed(
      "sim",
      "fault",
      "unavailable",
      "--type",
      "aws:cloudwatch/*",
      "--operation",
      "update",
      "--times",
      "5",
    );
    const first = await up();
    assert.notEqual(first.code, 0);
    assert.match(first.stdout, /503/);
    assert.equal((await up()).code, 0);
  });

  test("faults can be looked at and taken back", async () => {
    const { faults } = await workspace.json<{ faults: { kind: string; seconds: number }[] }>(
      ...["sim", "fault", "slow", "--seconds", "30", "--type", "aws:*"],
    );
    assert.deepEqual(
      faults.map(({ kind, seconds }) => [kind, seconds]),
      [["slow", 30]],
    );
    assert.match(await workspace.succeed("sim", "faults", "--clear"), /no faults to come/);
  });
});
