import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Review } from "../../ops/review/model.ts";
import { request } from "../../ops/simulator.ts";
import { delayed } from "./runningRun.ts";
import { Workspace } from "./workspace.ts";

const workspace = new Workspace();
const up = (...args: string[]) => workspace.novactl("up", "staging", "--sim", "--yes", ...args);
const reviewed = join(workspace.folder, "tmp", "reviewed.json");

/** Another generation replaces the log group. */
const nextGeneration = () =>
  workspace.edit("Pulumi.staging.yaml", (text) => text.replace(/"(\d+)"/, (_, number) => `"${Number(number) + 1}"`));

const logGroups = async (): Promise<string[]> =>
  (await workspace.inventory()).filter(({ type }) => type.startsWith("aws:cloudwatch/")).map(({ id }) => id);

describe("nothing dangerous without consent, and nothing else than what was reviewed", { concurrency: 1 }, () => {
  after(() => workspace.remove());

  test("a new stack has nothing to lose: it is brought up without a word", async () => {
    const { code, stdout, stderr } = await up();
    assert.equal(code, 0, stdout + stderr);
    const diff = await workspace.novactl("diff", "staging", "--sim");
    assert.equal(diff.code, 0, diff.stderr);
    assert.match(diff.stdout, /^nothing changes, 16 resources stay as they are; no policy pack ran\n/);
  });

  test("a replacement of what holds data is shown with what forces it, and `diff` ends with 3", async () => {
    nextGeneration();
    const { code, stdout, stderr } = await workspace.novactl("diff", "staging", "--sim", "--json");
    assert.equal(code, 3, stderr);
    const review = JSON.parse(stdout) as Review;
    assert.match(
      review.sentence,
      /^aws-use1: 1 replacement of a log group; 1 data-bearing resource replaced or deleted;/,
    );
    assert.deepEqual(
      review.dangers.map((danger) => [danger.class, danger.properties.map(({ path, from, to }) => [path, from, to])]),
      [["replace-data", [["name", "/novacron/fixture/1", "/novacron/fixture/2"]]]],
    );
    const allowed = await workspace.novactl("diff", "staging", "--sim", "--allow", "replace-data");
    assert.equal(allowed.code, 2);
    const again = await workspace.novactl("diff", "staging", "--sim", "--json", "--save", reviewed);
    assert.equal(again.stdout, stdout, "the same preview gives the same bytes");
  });

  test("what cannot be found out is exit code 1 and no review; a secret in what Pulumi prints is masked", async () => {
    const region = await workspace.novactl("diff", "staging", "--sim", "--exclude-region", "aws-usw9");
    assert.deepEqual([region.code, region.stdout], [1, ""]);
    assert.match(region.stderr, /^error: /);
    const program = readFileSync(join(workspace.folder, "index.ts"), "utf8");
    const token = `ghp_${createHash("sha256").update("planted").digest("hex").slice(0, 36)}`;
    workspace.edit("index.ts", (text) => `${text}\nthrow new Error("no answer to ${token} here");\n`);
    const broken = await workspace.novactl("diff", "staging", "--sim", "--json");
    workspace.edit("index.ts", () => program);
    assert.deepEqual([broken.code, broken.stdout], [1, ""]);
    assert.match(broken.stderr, /no answer to \[secret\] here/);
    assert.ok(!broken.stderr.includes(token));
  });

  test("`up` refuses it before anything is touched, and says which flag it needs", async () => {
    const before = await logGroups();
    const { code, stderr } = await up("--allow", "delete-data", "--reviewed", reviewed);
    assert.equal(code, 3, "that it was reviewed is no consent");
    assert.match(stderr, /refused before anything was touched[\s\S]*add --allow replace-data/);
    assert.deepEqual(await logGroups(), before);
  });

  test("what was reviewed is done, under the class that the review agreed to, and is in the stack's history", async () => {
    const allow = ["--allow", "replace-data", "--allow", "cut-link"];
    const saved = await workspace.novactl("diff", "staging", "--sim", "--save", reviewed, ...allow);
    assert.equal(saved.code, 2);
    const { code, stdout, stderr } = await up("--reviewed", reviewed);
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await logGroups(), ["/novacron/fixture/2"]);
    const { lastUpdate } = await workspace.json<{ lastUpdate: { message: string } }>("status", "staging", "--sim");
    assert.match(lastUpdate.message, /^novactl up: as reviewed \([0-9a-f]{12}\); allowed by the review replace-data$/);
  });

  test("a plan that is not the reviewed one any more is refused with the difference, whatever was agreed to", async () => {
    nextGeneration();
    await workspace.novactl("diff", "staging", "--sim", "--save", reviewed);
    await workspace.succeed("sim", "change", "aws-use1-network-vpc", "tags.owner", "--to", "somebody-else");
    const drifted = await up("--reviewed", reviewed, "--allow", "replace-data");
    assert.equal(drifted.code, 1);
    assert.match(
      drifted.stderr,
      /not what was reviewed[\s\S]*\+ changed outside: aws-use1-network-vpc tags\.owner platform-team → somebody-else/,
    );
    nextGeneration();
    const other = await up("--reviewed", reviewed, "--allow", "replace-data");
    assert.equal(other.code, 1);
    assert.match(other.stderr, /the stack file has changed: Pulumi\.staging\.yaml/);
    assert.match(other.stderr, /name \/novacron\/fixture\/2 → \/novacron\/fixture\/4/);
    assert.deepEqual(await logGroups(), ["/novacron/fixture/2"]);
  });

  test("an `up` whose stack file changes while it is previewed touches nothing: what was previewed would undo the change", async () => {
    const simulator = await workspace.simulator();
    await request(simulator, "POST /faults", { kind: "slow", operation: "read", seconds: 3 });
    const run = workspace.start("up", "staging", "--sim", "--yes", "--allow", "replace-data");
    while ((await delayed(simulator)) === 0) await sleep(20);
    nextGeneration();
    const { code, stderr } = await run.ended;
    assert.equal(code, 1);
    assert.match(stderr, /Pulumi\.staging\.yaml has changed since it was previewed/);
    assert.deepEqual(await logGroups(), ["/novacron/fixture/2"]);
  });

  test("drift is shown apart from what is intended, and of a secret that it is otherwise", async () => {
    await workspace.succeed("sim", "change", "aws-use1-network-nodes", "description", "--to", "somebody-else");
    const { stdout } = await workspace.novactl("diff", "staging", "--sim", "--json");
    const { drift } = JSON.parse(stdout) as Review;
    assert.deepEqual(
      drift.map(({ name, deleted, repaired, properties }) => ({
        name,
        deleted,
        repaired,
        paths: properties.map(({ path }) => path),
      })),
      [
        { name: "aws-use1-network-nodes", deleted: false, repaired: true, paths: ["description"] },
        { name: "aws-use1-network-vpc", deleted: false, repaired: true, paths: ["tags.owner"] },
      ],
    );
  });
});
