import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../../ops/simulator.ts";
import type { Answer } from "../ops/novactl.ts";
import { plantedSecrets } from "../review/plantedSecrets.ts";
import { untilDelayed } from "./runningRun.ts";
import { assertConsistent, Workspace } from "./workspace.ts";

const workspace = new Workspace();
/** Everything that any command here has printed. */
let printed = "";

const note = (answer: Answer): Answer => {
  printed += answer.stdout + answer.stderr;
  return answer;
};
const novactl = async (...args: string[]): Promise<Answer> => note(await workspace.novactl(...args));
/** A generation of its own replaces the log group, and a description changed outside a security group. */
const CONSENT = ["--allow", "replace-data", "--allow", "replace-network"];
const up = (...args: string[]) =>
  novactl("up", "staging", "--sim", "--yes", ...CONSENT, ...args, "--", "--skip-preview");
const git = (...args: string[]) => execFileSync("git", args, { cwd: workspace.folder, encoding: "utf8" });
const shell = (script: string) =>
  execFileSync("/bin/sh", ["-ec", script], {
    cwd: workspace.folder,
    encoding: "utf8",
    env: { ...process.env, ...workspace.env, PULUMI_CONFIG_PASSPHRASE: "the user's own, for another stack" },
  });

describe("a stack's life on the simulated clouds", { concurrency: 1 }, () => {
  after(() => workspace.remove());

  test("one command on a fresh checkout brings it up, and leaves the checkout as it was", async () => {
    writeFileSync(join(workspace.folder, ".gitignore"), "node_modules\n.novacron/\ntmp/\n");
    git("init", "--quiet");
    git("add", "--all");
    const { code, stdout, stderr } = await up("--verbose");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /pulumi up --stack staging --refresh --yes --skip-preview/);
    await assertConsistent(workspace);
    assert.equal(git("status", "--porcelain").replace(/^A .*\n/gm, ""), "");
    git("diff", "--quiet");
  });

  test("what it keeps can be read by its owner alone", () => {
    for (const path of [
      "",
      "passphrase",
      "state",
      "sim",
      "staging",
      "staging/Pulumi.staging.yaml",
      "sim/simulator.json",
    ]) {
      assert.equal(statSync(join(workspace.home, path)).mode & 0o077, 0, path);
    }
  });

  test("plain pulumi works after `eval`, on the same stack, whatever the shell held before", () => {
    const script = `eval "$(${process.execPath} ${join(workspace.folder, "node_modules", ".bin", "novactl")} env staging --sim)"`;
    assert.match(shell(`${script}\npulumi stack output bucket`), /^novacron-fixture-artifacts$/m);
    assert.match(shell(`${script}\npulumi preview --expect-no-changes`), /19 unchanged/);
    const secret = shell(`${script}\npulumi config get novacron:meshSecret`).trim();
    assert.match(secret, /^[0-9a-f]{64}$/);
  });

  test("status counts what is there, and shows no secret", async () => {
    const status = await workspace.json<Record<string, unknown>>("status", "staging", "--sim");
    assert.deepEqual(status.resources, [{ cloud: "AWS", region: "aws-use1", count: 16 }]);
    assert.deepEqual(status.pending, []);
    assert.deepEqual(Object.keys(status.outputs as object).toSorted(), ["bucket", "vpcId"]);
    assert.match(JSON.stringify(status.lastUpdate), /"kind":"up","result":"succeeded"/);
    assert.match(JSON.stringify(status.lastUpdate), /"policyPack":null/, "the project has none");
    const { stdout } = await novactl("status", "staging", "--sim");
    assert.match(stdout, /AWS +aws-use1 +16\ntotal +16/);
    assert.match(stdout, /last up: succeeded .*, NOT recorded as judged by the policy pack/);
  });

  test("an edit of the stack file counts at the next run", async () => {
    workspace.edit("Pulumi.staging.yaml", (text) => text.replace('"1"', '"2"'));
    const { changes } = await workspace.json<{ changes: Record<string, number> }>("preview", "staging", "--sim");
    assert.deepEqual(changes, { replace: 1, same: 18 });
    workspace.edit("Pulumi.staging.yaml", (text) => text.replace('"2"', '"1"'));
  });

  test("drift finds what was changed outside, hides what is secret, and `up` repairs it", async () => {
    await workspace.succeed("sim", "change", "aws-use1-network-vpc", "tags.owner", "--to", "somebody-else");
    await workspace.succeed("sim", "change", "aws-use1-network-nodes", "description", "--to", "sealed by somebody");
    await workspace.succeed("sim", "remove", "aws-use1-network-nat");
    const drift = await novactl("drift", "staging", "--sim", "--json");
    assert.equal(drift.code, 2, drift.stderr);
    const { changes } = JSON.parse(drift.stdout) as {
      changes: { name: string; deleted: boolean; properties: unknown[] }[];
    };
    assert.deepEqual(
      changes
        .map(({ name, deleted, properties }) => [name.replace("aws-use1-network-", ""), deleted, properties])
        .toSorted(),
      [
        ["nat", true, []],
        ["nodes", false, [{ path: "description", from: "[secret]", to: "[secret]" }]],
        ["vpc", false, [{ path: "tags.owner", from: "platform-team", to: "somebody-else" }]],
      ],
    );
    const told = await novactl("drift", "staging", "--sim");
    assert.match(told.stdout, /aws-use1 {2}aws-use1-network-vpc[\s\S]* tags.owner: "platform-team" → "somebody-else"/);
    assert.match(told.stdout, /deleted outside/);
    const refused = await novactl("sim", "remove", "aws-use1-network-vpc");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /DependencyViolation/);

    assert.equal((await up()).code, 0);
    assert.equal((await novactl("drift", "staging", "--sim")).code, 0);
    await assertConsistent(workspace);
  });

  test("somebody else's lock stops a run before it begins, and stays", async () => {
    mkdirSync(workspace.locks, { recursive: true });
    const lock = join(workspace.locks, "00000000-0000-0000-0000-000000000000.json");
    writeFileSync(
      lock,
      JSON.stringify({ pid: 1, username: "colleague", hostname: "elsewhere", timestamp: new Date() }),
    );
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.match(stderr, /locked by colleague@elsewhere, process 1/);
    assert.ok(existsSync(lock));
    rmSync(lock);
  });

  test("the first Ctrl-C lets what is under way finish and be saved", async () => {
    workspace.edit("Pulumi.staging.yaml", (text) => text.replace('"1"', '"3"'));
    const simulator = await workspace.simulator();
    await request(simulator, "POST /faults", { kind: "slow", seconds: 2 });
    const run = workspace.start("up", "staging", "--sim", "--yes", ...CONSENT, "--", "--skip-preview");
    await untilDelayed(workspace, simulator, run);
    process.kill(run.pid, "SIGINT");
    // A terminal and a launcher both pass it on.
    await sleep(100);
    process.kill(run.pid, "SIGINT");
    const { code, stderr, stdout } = note(await run.ended);
    assert.notEqual(code, 0);
    assert.match(stderr + stdout, /cancel/i);
    assert.deepEqual(lockFiles(), []);
    await assertConsistent(workspace);
  });

  test("the second one kills; the next run finds what was made by its inputs, a secret and a name made up among them", async () => {
    // Only then does the rest of the replacement not come first.
    assert.equal((await up()).code, 0);
    workspace.edit("index.ts", (text) =>
      text.replace(
        "this.vpcId = vpc.id;",
        "new SecurityGroup(name + '-more', { vpcId: vpc.id, description: secret(meshSecret) }, inside);\n$&",
      ),
    );
    const simulator = await workspace.simulator();
    await request(simulator, "POST /faults", { kind: "slow", seconds: 4 });
    const run = workspace.start("up", "staging", "--sim", "--yes", ...CONSENT, "--", "--skip-preview");
    await untilDelayed(workspace, simulator, run);
    process.kill(run.pid, "SIGTERM");
    await sleep(700);
    process.kill(run.pid, "SIGTERM");
    const { code } = note(await run.ended);
    assert.equal(code, 137);
    assert.deepEqual(lockFiles(), []);
    const pending = await novactl("status", "staging", "--sim");
    assert.match(pending.stdout, /1 pending operations of an interrupted run[\s\S]*creating urn:pulumi:staging/);
    const next = await up();
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stderr, /pending create of .*::aws-use1-network-more: found as sg-\w+, adopted/);
    assert.match(next.stdout, /20 unchanged/);
    await assertConsistent(workspace);
  });

  test("no secret was printed, and none is in plain text in what is kept but the clouds' own store", async () => {
    const { PULUMI_CONFIG_PASSPHRASE_FILE: file } = await workspace.json<Record<string, string>>(
      "env",
      "staging",
      "--sim",
    );
    const secret = shell(
      `eval "$(${process.execPath} ${join(workspace.folder, "node_modules", ".bin", "novactl")} env staging --sim)"; pulumi config get novacron:meshSecret`,
    ).trim();
    assert.equal(file, join(workspace.home, "passphrase"));
    assert.ok(printed.length > 5000);
    assert.ok(!printed.includes(secret));
    const kept = readdirSync(workspace.home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const holders = kept
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => readFileSync(path).includes(secret));
    const names = kept.map(({ name }) => name);
    for (const looked of ["passphrase", "Pulumi.staging.yaml", "staging.json", "staging.json.bak", "clouds.sqlite"])
      assert.ok(names.includes(looked), `${looked} is not among ${names.join(", ")}`);
    assert.deepEqual(
      holders.filter((path) => !/clouds\.sqlite(-wal)?$/.test(path)),
      [],
    );
    // Else it would not be known where to look.
    assert.ok(holders.length > 0);
  });

  test("a scan of state and history finds nothing, then a token that somebody has left, and what cannot be read it says", async () => {
    const scan = async (code: number) => {
      const answer = await novactl("state", "scan", "staging", "--sim", "--json");
      assert.equal(answer.code, code, answer.stdout + answer.stderr);
      return answer;
    };
    const clean = JSON.parse((await scan(0)).stdout) as { scanned: number; found: unknown[] };
    assert.ok(clean.scanned > 3, `${clean.scanned} documents`);
    assert.deepEqual(clean.found, []);
    const planted = join(workspace.home, "state", ".pulumi", "history", "fixture", "staging", "planted.history.json");
    const token = plantedSecrets("history").find(({ kind }) => kind === "JWT")?.value ?? "";
    writeFileSync(planted, JSON.stringify({ environment: { note: token } }));
    const { stdout, stderr } = await scan(2);
    assert.deepEqual(JSON.parse(stdout), {
      stack: "staging",
      scanned: clean.scanned + 1,
      found: [
        {
          source: "history/fixture/staging/planted.history.json",
          path: "environment.note",
          kind: "JSON web token",
          length: token.length,
        },
      ],
    });
    assert.ok(!(stdout + stderr).includes(token));
    writeFileSync(planted, '{"half": ');
    assert.match((await scan(1)).stderr, /planted\.history\.json cannot be read as JSON/);
    rmSync(planted);
  });

  test("destroy leaves nothing behind", async () => {
    const { code, stderr } = await novactl("destroy", "staging", "--sim", "--yes", "--", "--skip-preview");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await workspace.inventory(), []);
    assert.deepEqual(workspace.held(), []);
  });
});

const lockFiles = (): string[] => readdirSync(workspace.locks).filter((name) => name.endsWith(".json"));
