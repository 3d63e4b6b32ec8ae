import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commands } from "../../ops/commands/all.ts";
import { readAllowed } from "../../ops/consent.ts";
import { setUpTools } from "../../tools/setup.ts";
import { checkout } from "../ops/novactl.ts";
import { HostStandIn } from "../review/hostStandIn.ts";
import { executed, Runner, type Step, workflow, workflowText } from "./job.ts";

const jobs = Object.entries(workflow.jobs);
const steps: [job: string, step: Step][] = jobs.flatMap(([job, { steps: own }]) =>
  own.map((step): [string, Step] => [job, step]),
);
const manifest = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { scripts: object };

test("actionlint finds nothing", async () => {
  const { actionlint } = await setUpTools(["actionlint"]);
  const { status, stdout, stderr } = spawnSync(
    actionlint,
    ["-no-color", "-shellcheck=", "-pyflakes=", ".github/workflows/pull-request.yml"],
    { cwd: checkout, encoding: "utf8" },
  );
  assert.equal(status, 0, stdout + stderr);
});

test("actions are pinned by commit, with the version beside it", () => {
  const uses = [...workflowText.matchAll(/^\s*-? ?uses: (.*)$/gm)].map(([, what = ""]) => what);
  assert.equal(uses.length, steps.filter(([, { uses: action }]) => action !== undefined).length);
  for (const what of uses) assert.match(what, /^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test("no text of a pull request is ever a part of a script", () => {
  for (const [job, { name, run = "" }] of steps) assert.doesNotMatch(run, /\$\{\{/, `${job}/${name}`);
});

test("rights are the least: only `publish` may write, and it runs the code of the base", () => {
  assert.deepEqual(workflow.permissions, {});
  for (const [job, { permissions, steps: own }] of jobs) {
    const writes = Object.entries(permissions)
      .filter(([, right]) => right === "write")
      .map(([scope]) => scope);
    const expected = job === "publish" ? ["pull-requests", "security-events"] : job === "clouds" ? ["id-token"] : [];
    assert.deepEqual(writes, expected, job);
    const source = own.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(String(source?.with?.["persist-credentials"]), "false", job);
    if (job === "publish") assert.match(source?.with?.ref ?? "", /github\.event\.pull_request\.base\.sha/);
  }
});

test("a fork gets no secret, no identity and no token that writes, in no event that would give it one", () => {
  assert.deepEqual(Object.keys(workflow.on), ["pull_request"], "pull_request_target would run with the base's rights");
  for (const [job, definition] of jobs) {
    const trusted = job === "clouds" || job === "publish";
    // Each condition is a chain of &&: none of its parts may fail.
    const conditions = (definition.if ?? "").split(" && ");
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    assert.equal(conditions.includes(own), trusted, `${job}: ${definition.if}`);
    assert.doesNotMatch(definition.if ?? "", /\|\|/, job);
    if (!trusted) assert.doesNotMatch(JSON.stringify(definition), /secrets\.|github\.token/, job);
  }
});

test("no preview of a real stack is cancelled, and none takes the place of another pull request's", () => {
  assert.equal(workflow.concurrency["cancel-in-progress"], false);
  const clouds = workflow.jobs.clouds?.concurrency;
  assert.match(
    clouds?.group ?? "",
    /^clouds-\$\{\{ github\.event\.pull_request\.number \}\}-\$\{\{ matrix\.stack \}\}$/,
  );
  assert.equal(clouds?.["cancel-in-progress"], false);
});

test("a label that is put on or taken off is a new look", () => {
  for (const type of ["labeled", "unlabeled", "synchronize"]) assert.ok(workflow.on.pull_request?.types.includes(type));
});

/** What steps call of ours is there: scripts of package.json, commands of novactl and their options. */
function assertKnown(calls: readonly string[]): void {
  for (const call of calls) {
    const [program, first = "", ...words] = call.split(" ");
    if (program === "npm" && first === "run") assert.ok((words[0] ?? "") in manifest.scripts, call);
    if (program !== "npx") continue;
    assert.equal(first, "novactl", call);
    const command =
      commands.find(({ name }) => name === words.slice(0, 2).join(" ")) ??
      commands.find(({ name }) => name === words[0]);
    assert.ok(command, call);
    for (const [, option = ""] of call.matchAll(/ --([\w-]+)/g))
      assert.ok(option in command.options, `${call}: --${option}`);
    readAllowed([...call.matchAll(/ --allow=(\S+)/g)].map(([, name = ""]) => name));
  }
}

test("every job installs what the lock file says", async (t) => {
  const runner = new Runner(t);
  for (const [job] of jobs) assert.deepEqual((await runner.run(job, "Install")).calls, ["npm ci"]);
});

test("checks: lint, types, tools, unit tests and policies", async (t) => {
  const runner = new Runner(t);
  for (const name of ["Lint", "Types", "Build tools"]) assertKnown((await runner.run("check", name)).calls);
  const run: string[] = [];
  for (const name of ["Unit tests", "Policies"]) {
    const { calls } = await runner.run("check", name);
    const patterns = calls.flatMap((call) => call.split(" ").filter((word) => word.endsWith(".test.ts")));
    run.push(...patterns.flatMap((pattern) => globSync(pattern, { cwd: checkout })));
  }
  const all = globSync("test/**/*.test.ts", { cwd: checkout }).filter((file) => !file.startsWith("test/engine/"));
  assert.deepEqual(run.toSorted(), all.toSorted(), "each is run, and run once");
});

test("the stacks that a change affects become the matrix", async (t) => {
  const runner = new Runner(t);
  const base = runner.git("rev-parse", "HEAD");
  runner.commit("Pulumi.prod.yaml");
  const { calls, handedOn } = await runner.run("affected", "Name the stacks", { BASE: base });
  assertKnown(calls);
  assert.equal(handedOn.output, 'affected=["prod"]\nunaffected=["staging"]\n');
});

test("the base comes up from its own code; a stack that is new has none", async (t) => {
  const runner = new Runner(t);
  const base = runner.git("rev-parse", "HEAD");
  const values = { BASE: base, STACK: "staging", NOVACRON_HOME: "", NOVACRON_TIME_SCALE: "0" };
  const { calls } = await runner.run("simulated", "Bring the base up", values);
  assertKnown(calls);
  assert.deepEqual(calls, ["npm ci", "npx novactl up staging --sim --no-clusters --yes", "npx novactl sim stop"]);
  runner.git("worktree", "remove", "--force", join(runner.temporary, "base"));
  const isNew = await runner.run("simulated", "Bring the base up", { ...values, STACK: "canary" });
  assert.deepEqual(isNew.calls, []);
  assert.match(isNew.output, /canary is new/);
});

const REVIEW = JSON.stringify({ dangers: [{ class: "replace-nodes" }, { class: "cut-link" }, { class: "cut-link" }] });

test("the preview passes labels on as consent, and keeps its exit code for later", async (t) => {
  const runner = new Runner(t);
  const values = { STACK: "prod", REVIEW, NOVACRON_HOME: "", NOVACRON_TIME_SCALE: "0" };
  for (const code of ["0", "2", "3"]) {
    const labels = JSON.stringify(["bug", "allow:replace-nodes", "allow:cut-link", "not allow:x"]);
    const { calls, handedOn } = await runner.run("simulated", "Preview", {
      ...values,
      LABELS: labels,
      DIFF_CODE: code,
    });
    assertKnown(calls);
    assert.match(calls[0] ?? "", /^npx novactl diff prod --sim .* --allow=replace-nodes --allow=cut-link$/);
    assert.equal(handedOn.output, `code=${code}\n`);
    for (const file of ["review.md", "review.html", "review.json", "review.sarif"])
      assert.ok(existsSync(join(runner.work, "review", file)), file);
  }
  const { calls } = await runner.run("simulated", "Preview", { ...values, LABELS: "[]", DIFF_CODE: "1" }, 1);
  assert.doesNotMatch(calls[0] ?? "", /--allow/);
});

test("the change itself is brought up before the state is scanned, whatever is dangerous in it", async (t) => {
  const runner = new Runner(t);
  const values = { STACK: "prod", NOVACRON_HOME: "", NOVACRON_TIME_SCALE: "0" };
  mkdirSync(join(runner.work, "review"));
  const calls: string[] = [];
  for (const review of [REVIEW, '{"dangers": []}']) {
    writeFileSync(join(runner.work, "review", "review.json"), review);
    calls.push(...(await runner.run("simulated", "Bring the change up", values)).calls);
  }
  calls.push(...(await runner.run("simulated", "No plain secret in the state", values)).calls);
  assertKnown(calls);
  assert.deepEqual(calls, [
    "npx novactl up prod --sim --no-clusters --yes --allow=cut-link --allow=replace-nodes",
    "npx novactl up prod --sim --no-clusters --yes",
    "npx novactl state scan prod --sim",
  ]);
  const order = workflow.jobs.simulated?.steps.map(({ name }) => name) ?? [];
  const places = ["Preview", "Bring the change up", "No plain secret in the state"].map((name) => order.indexOf(name));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test("a danger that nobody has agreed to fails the job, and names the labels, on the real clouds too", async (t) => {
  const runner = new Runner(t);
  mkdirSync(join(runner.work, "review"));
  writeFileSync(join(runner.work, "review", "review.json"), REVIEW);
  writeFileSync(join(runner.work, "review", "review.md"), "### prod\n");
  const values = { STACK: "prod", NOVACRON_HOME: "", NOVACRON_TIME_SCALE: "0" };
  assert.equal((await runner.run("simulated", "Summary", values)).handedOn.summary, "### prod\n");
  for (const job of ["simulated", "clouds"]) {
    await runner.run(job, "Dangers need consent", { ...values, CODE: "2" });
    const { output } = await runner.run(job, "Dangers need consent", { ...values, CODE: "3" }, 1);
    assert.match(output, /needs its label, of allow:cut-link, allow:replace-nodes/);
    const own = workflow.jobs[job]?.steps ?? [];
    assert.equal(own.find(({ id }) => id === "preview")?.name, "Preview");
    const place = own.findIndex(({ name }) => name === "Dangers need consent");
    assert.match(own[place]?.env?.CODE ?? "", /^\$\{\{ steps\.preview\.outputs\.code \}\}$/);
    // What nobody has agreed to can be read all the same.
    assert.ok(place > own.findIndex(({ uses }) => uses?.startsWith("actions/upload-artifact@")));
  }
});

test("identities for the clouds are short-lived, each for one cloud, and readable by nobody else", async (t) => {
  const runner = new Runner(t);
  const { calls, handedOn } = await runner.run("clouds", "Identity for the three clouds", {
    STACK: "prod",
    AWS_ROLE: "arn:aws:iam::000000000000:role/preview",
    AZURE_CLIENT: "client",
    AZURE_TENANT: "tenant",
    AZURE_SUBSCRIPTION: "subscription",
    GOOGLE_PROVIDER: "projects/1/locations/global/workloadIdentityPools/p/providers/g",
    GOOGLE_ACCOUNT: "preview@novacron.example",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://tokens.example",
  });
  assert.equal(calls.length, 3);
  const variables = new Map(
    handedOn.env
      .trim()
      .split("\n")
      .map((line) => line.split("=") as [string, string]),
  );
  const token = (name: string) => readFileSync(variables.get(name) ?? "", "utf8").trim();
  assert.equal(token("AWS_WEB_IDENTITY_TOKEN_FILE"), "token for sts.amazonaws.com");
  assert.equal(token("ARM_OIDC_TOKEN_FILE_PATH"), "token for api://AzureADTokenExchange");
  const google = JSON.parse(token("GOOGLE_APPLICATION_CREDENTIALS")) as { credential_source: { file: string } };
  assert.match(
    readFileSync(google.credential_source.file, "utf8"),
    /^token for https:\/\/iam\.googleapis\.com\/projects\/1/,
  );
  assert.doesNotMatch(handedOn.env, /token for/, "tokens are in files, not in the environment of later steps");
});

test("a preview on the clouds takes labels as consent, and keeps it with what it hands on", async (t) => {
  const runner = new Runner(t);
  const LABELS = '["allow:replace-nodes", "bug"]';
  const values = { STACK: "prod", PULUMI_ACCESS_TOKEN: "", PULUMI_BACKEND_URL: "", REVIEW: "### prod\n", LABELS };
  for (const code of ["0", "2", "3"]) {
    const { calls, handedOn } = await runner.run("clouds", "Preview", { ...values, DIFF_CODE: code });
    assertKnown(calls);
    assert.match(
      calls[0] ?? "",
      /^npx novactl diff prod (?!.*--sim).* --save=review\/reviewed\.json --allow=replace-nodes$/,
    );
    assert.equal(handedOn.summary, "### prod\n");
    assert.equal(handedOn.output, `code=${code}\n`);
  }
  for (const file of ["review.md", "review.html", "review.json", "reviewed.json"])
    assert.ok(existsSync(join(runner.work, "review", file)), file);
  await runner.run("clouds", "Preview", { ...values, DIFF_CODE: "1" }, 1);
});

test("each affected stack has its comment, a failed preview says so, and others are folded", async (t) => {
  const host = await HostStandIn.start();
  t.after(() => host.stop());
  const runner = new Runner(t);
  const reviews = join(runner.work, "reviews");
  for (const [folder, text] of [
    ["review-staging", "### staging, simulated\n"],
    ["review-prod", "### prod, simulated\n"],
    ["clouds-prod", "### prod, on the clouds\n"],
  ] as const) {
    mkdirSync(join(reviews, folder), { recursive: true });
    writeFileSync(join(reviews, folder, "review.md"), text);
    writeFileSync(join(reviews, folder, "review.sarif"), "{}");
  }
  const publish = (id: number, affected: string[], unaffected: string[], clouds = "failure") =>
    runner.run("publish", "Comment", {
      ...host.environment,
      GITHUB_RUN_ID: String(id),
      GITHUB_RUN_ATTEMPT: "1",
      NUMBER: "12",
      AFFECTED: JSON.stringify(affected),
      UNAFFECTED: JSON.stringify(unaffected),
      CLOUDS: clouds,
      RUN_URL: `https://host.example/run/${id}`,
    });
  await publish(1, ["prod", "staging"], []);
  const said = host.comments.map(({ body }) => body.split("\n").slice(1).join("\n"));
  assert.match(said[0] ?? "", /^### prod, on the clouds\n\n\[The run\]\(https:\/\/host\.example\/run\/1\)/);
  assert.match(said[1] ?? "", /^\*\*The real clouds were not previewed \(failure\): .*\n\n### staging, simulated\n/);
  await publish(2, ["fresh"], ["prod", "staging"]);
  assert.match(host.comments[2]?.body ?? "", /\n### fresh\n\n\*\*There is no preview: it failed\.\*\*\n\n\[The run\]/);
  for (const comment of host.comments.slice(0, 2)) assert.match(comment.body, /no longer touches the stack/);

  const { handedOn } = await runner.run("publish", "Gather findings");
  assert.equal(handedOn.output, "found=3\n");
});

test("where no stack is affected there are no findings, and nothing fails", async (t) => {
  const { handedOn } = await new Runner(t).run("publish", "Gather findings");
  assert.equal(handedOn.output, "found=0\n");
});

test("every script of the workflow is run here", () => {
  const all = steps.filter(([, { run }]) => run !== undefined).map(([job, { name }]) => `${job}/${name}`);
  assert.deepEqual([...executed].toSorted(), all.toSorted());
});
