import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { messageFlags, previewArguments } from "../../ops/agreement.ts";
import { consentRecord, readAllowed, refusal } from "../../ops/consent.ts";
import { reviewDifferences } from "../../ops/review/compareReviews.ts";
import { differencesFromReviewed, readReviewed, reviewedName, saveReview } from "../../ops/reviewedPlan.ts";
import { replace, reviewed, step, update } from "./engineEvents.ts";

const POOL = "aws:eks/nodeGroup:NodeGroup";
const dangerous = () =>
  reviewed(replace(POOL, "aws-use1-pool", { instanceTypes: ["a"] }, { instanceTypes: ["b"] }, ["instanceTypes"]));

test("a class that does not exist is refused, all of them at once, with those that do", () => {
  assert.throws(
    () => readAllowed(["replace-nodes", "replace-everything", "all"]),
    /--allow 'replace-everything', --allow 'all': no such class of dangers; there are replace-data, delete-data, /,
  );
  assert.deepEqual(readAllowed(["replace-nodes", "delete-data", "replace-nodes"]), ["delete-data", "replace-nodes"]);
});

test("without consent the refusal names what, and the flag for it; with it there is none", () => {
  const text = refusal(dangerous(), []);
  assert.match(text ?? "", /^refused before anything was touched/);
  assert.match(text ?? "", /replace-nodes: node pool aws-use1-pool is replaced, forced by instanceTypes/);
  assert.match(text ?? "", /add --allow replace-nodes$/);
  assert.equal(refusal(dangerous(), ["replace-nodes"]), undefined);
});

test("the stack's history keeps the classes that a change really had, and not those that were only allowed", () => {
  assert.equal(consentRecord(dangerous(), ["delete-data", "replace-nodes"]), "novactl up: allowed replace-nodes");
  assert.equal(consentRecord(reviewed([]), ["delete-data"]), undefined);
  assert.equal(
    consentRecord(dangerous(), [], { name: "abc of commit def", allowed: ["delete-data", "replace-nodes"] }),
    "novactl up: as reviewed (abc of commit def); allowed by the review replace-nodes",
  );
  assert.deepEqual(messageFlags("allowed x", ["--message", "ticket 7"]), ["--message", "ticket 7 (allowed x)"]);
  assert.deepEqual(messageFlags("allowed x", ["-m=ticket 7"]), ["--message", "ticket 7 (allowed x)"]);
  assert.deepEqual(messageFlags("allowed x", []), ["--message", "allowed x"]);
  assert.deepEqual(messageFlags(undefined, ["--message", "ticket 7"]), []);
});

test("the preview gets the arguments that change what is planned, and none that only `up` knows", () => {
  assert.deepEqual(
    previewArguments(["--skip-preview", "--target", "urn:x", "-m", "text", "--message=text", "-y", "--parallel", "4"]),
    ["--target", "urn:x", "--parallel", "4"],
  );
});

test("what was saved is the same as what is planned now until program, config, regions or plan differ", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const project = { folder, name: "novacron", home: folder };
  const stackFile = join(folder, "Pulumi.staging.yaml");
  writeFileSync(stackFile, "config: {}\n");
  const file = join(folder, "reviewed.json");
  writeFileSync(file, saveReview(project, "staging", dangerous(), { regions: [], allowed: ["replace-nodes"] }));
  const saved = readReviewed(file, "staging");
  assert.deepEqual(saved.allowed, ["replace-nodes"], "the consent of the reviewers goes with it");
  const differences = (now = dangerous(), regions: string[] = []) =>
    differencesFromReviewed(saved, project, now, { regions });

  assert.deepEqual(differences(), []);
  assert.match(differences(dangerous(), ["azr-weu"]).join(), /regions left alone: reviewed none, now azr-weu/);
  assert.match(differences(reviewed([])).join("\n"), /^- resource: replace aws-use1-pool: instanceTypes\[0\] a → b/);
  const other = reviewed([step("create", POOL, "aws-use1-other", { new: { inputs: {} } })]);
  assert.match(differences(other).join("\n"), /^\+ resource: create aws-use1-other$/m);
  writeFileSync(stackFile, "config: { a: { secure: v1:other } }\n");
  assert.deepEqual(differences(), ["the stack file has changed: Pulumi.staging.yaml"]);

  assert.throws(() => readReviewed(file, "prod"), /it is a review of staging, not of prod/);
  writeFileSync(file, JSON.stringify({ ...saved, novacronReview: 2 }));
  assert.throws(
    () => readReviewed(file, "staging"),
    /not written by `novactl diff --save` of this version; review again/,
  );
  assert.throws(() => readReviewed(join(folder, "absent"), "staging"), /ENOENT/);
});

test("another commit is another program, and so is a file that is changed or not yet known to git", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) => {
    const own = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    return execFileSync("git", [...own, ...args], { cwd: folder, encoding: "utf8" }).trim();
  };
  const commit = (program: string): string => {
    writeFileSync(join(folder, "index.ts"), program);
    git("add", ".");
    git("commit", "--quiet", "--message", program);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet");
  writeFileSync(join(folder, ".gitignore"), "reviewed.json\n");
  writeFileSync(join(folder, "Pulumi.staging.yaml"), "config: {}\n");
  const before = commit("// one\n");
  const project = { folder, name: "novacron", home: folder };
  const file = join(folder, "reviewed.json");
  const differences = () =>
    differencesFromReviewed(readReviewed(file, "staging"), project, dangerous(), { regions: [] });
  const save = () => writeFileSync(file, saveReview(project, "staging", dangerous(), { regions: [], allowed: [] }));

  save();
  assert.deepEqual(differences(), []);
  assert.match(
    reviewedName(readReviewed(file, "staging")),
    new RegExp(`^[0-9a-f]{12} of commit ${before.slice(0, 12)}$`),
  );
  writeFileSync(join(folder, "index.ts"), "// changed\n");
  assert.match(
    differences().join(),
    new RegExp(`^the program: reviewed ${before}, now ${before} with changes \\w{12}$`),
  );
  const after = commit("// two\n");
  assert.deepEqual(differences(), [`the program: reviewed ${before}, now ${after}`]);

  save();
  writeFileSync(join(folder, "another.ts"), "// not yet known\n");
  assert.match(differences().join(), new RegExp(`^the program: reviewed ${after}, now ${after} with changes \\w{12}$`));
  save();
  assert.deepEqual(differences(), []);
  writeFileSync(join(folder, "another.ts"), "// otherwise\n");
  assert.equal(differences().length, 1);
});

test("new drift is a difference, even where the plan stays the same", () => {
  const drift = step("refresh", POOL, "aws-use1-pool", {
    old: { inputs: { a: "1" } },
    new: { inputs: { a: "2" } },
  }).resourcePreEvent;
  assert.ok(drift);
  assert.deepEqual(reviewDifferences(reviewed([]), reviewed([{ resOutputsEvent: drift }])), [
    "+ changed outside: aws-use1-pool a 1 → 2",
  ]);
});

test("two reviews that are not equal always have a difference to show", () => {
  const before = reviewed([update(POOL, "aws-use1-pool", { a: 1 }, { a: 2 })]);
  assert.deepEqual(reviewDifferences(before, before), []);
  assert.notDeepEqual(reviewDifferences(before, { ...before, counts: { ...before.counts, unchanged: 7 } }), []);
});
