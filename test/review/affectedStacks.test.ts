import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { affectedStacks } from "../../ops/pullRequest/affectedStacks.ts";
import { checkout, novactl } from "../ops/novactl.ts";

const STACKS = ["staging", "prod"];

test("a stack file affects its stack, what all are made of affects all, words affect none", () => {
  const cases: [string[], string[]][] = [
    [["Pulumi.prod.yaml"], ["prod"]],
    [["Pulumi.prod.yaml", "README.md"], ["prod"]],
    [["Pulumi.yaml"], ["prod", "staging"]],
    [["infra/plan/mesh.ts"], ["prod", "staging"]],
    [
      ["k8s/dwcp/index.ts", "Pulumi.staging.yaml"],
      ["prod", "staging"],
    ],
    [["policies/rules/requiredTags.ts"], ["prod", "staging"]],
    [["package-lock.json"], ["prod", "staging"]],
    [["something/that/nobody/knows.xyz"], ["prod", "staging"]],
    [["docs/traps.md", "CHANGELOG.md", "policies/README.md", "test/plan/mesh.test.ts"], []],
    // A stack that is taken out of the project has no preview any more.
    [["Pulumi.gone.yaml"], []],
    [[], []],
  ];
  for (const [files, expected] of cases) assert.deepEqual(affectedStacks(files, STACKS), expected, files.join());
});

test("novactl affected compares with where the change left its base", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: folder });
  const commit = (file: string) => {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), String(Math.random()));
    git("add", ".");
    git("commit", "-qm", file);
  };
  git("init", "-q", "-b", "main");
  for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"])
    cpSync(join(checkout, file), join(folder, file));
  commit("infra/index.ts");
  git("checkout", "-qb", "change");
  commit("Pulumi.staging.yaml");
  git("checkout", "-q", "main");
  commit("infra/meanwhile.ts");
  git("checkout", "-q", "change");

  const answer = await novactl(["affected", "main", "--json"], { cwd: folder }).ended;
  assert.equal(answer.code, 0, answer.stderr);
  assert.deepEqual(JSON.parse(answer.stdout), { base: "main", affected: ["staging"], unaffected: ["prod"] });
  const unknown = await novactl(["affected", "nowhere"], { cwd: folder }).ended;
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /base 'nowhere': .*name a commit or branch that is there/s);
});
