import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { checkout } from "../ops/novactl.ts";

export interface Step {
  id?: string;
  name?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
  if?: string;
  with?: Record<string, string>;
}

export interface Job {
  if?: string;
  permissions: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  env?: Record<string, string>;
  steps: Step[];
}

export const workflowText = readFileSync(join(checkout, ".github", "workflows", "pull-request.yml"), "utf8");

export const workflow = parse(workflowText) as {
  on: Record<string, { types: string[] }>;
  permissions: Record<string, string>;
  concurrency: { "cancel-in-progress": boolean };
  jobs: Record<string, Job>;
};

/** Steps that a test has run, as `job/step`. */
export const executed = new Set<string>();

/**
 * Programs in place of those that would install, build or reach something. Each call is written down. `novactl` runs for real
 * where it only needs this checkout; where it would need an engine it writes what it was told to write.
 */
const STAND_INS: Record<string, string> = {
  npm: ":",
  node: ":",
  npx: `
shift
case "$1 $2" in
  "affected "* | "comment "*) exec "$REAL_NODE" --disable-warning=ExperimentalWarning "$CHECKOUT/ops/main.ts" "$@" ;;
  "diff "*)
    for word in "$@"; do
      case "$word" in
        *=review/*) printf '%s' "$REVIEW" > "\${word#*=}" ;;
      esac
    done
    exit "\${DIFF_CODE:-0}" ;;
esac`,
  curl: `for word in "$@"; do case "$word" in audience=*) printf '{"value":"token for %s"}' "\${word#audience=}" ;; esac; done`,
};

export interface Ran {
  code: number | null;
  output: string;
  /** What was called, with arguments. */
  calls: string[];
  /** What the step handed on through GITHUB_OUTPUT, GITHUB_ENV and GITHUB_STEP_SUMMARY. */
  handedOn: { output: string; env: string; summary: string };
}

/** A runner of GitHub Actions, as far as steps with a script go: bash as it starts it, files to hand things on, a checkout. */
export class Runner {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly temporary = join(this.folder, "temporary");
  readonly work = join(this.folder, "work");
  readonly #programs = join(this.folder, "programs");
  readonly #calls = join(this.folder, "calls");

  constructor(t: TestContext) {
    t.after(() => rmSync(this.folder, { recursive: true }));
    for (const folder of [this.temporary, this.work, this.#programs]) mkdirSync(folder);
    for (const [name, script] of Object.entries(STAND_INS)) {
      const file = join(this.#programs, name);
      writeFileSync(file, `#!/bin/bash\necho "${name} $*" >> "${this.#calls}"\n${script}\n`);
      chmodSync(file, 0o755);
    }
    this.git("init", "-q", "-b", "main");
    for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"])
      cpSync(join(checkout, file), join(this.work, file));
    this.commit("README.md");
  }

  git(...args: string[]): string {
    const own = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    return execFileSync("git", [...own, ...args], { cwd: this.work, encoding: "utf8" }).trim();
  }

  /** Changes a file, and returns the commit. */
  commit(file: string): string {
    writeFileSync(join(this.work, file), `# ${this.git("rev-list", "--all", "--count")}\n`, { flag: "a" });
    this.git("add", ".");
    this.git("commit", "-qm", file);
    return this.git("rev-parse", "HEAD");
  }

  /** Runs a step's script. `values` are what its expressions are, by the names of its environment. */
  async run(job: string, name: string, values: Record<string, string> = {}, expected = 0): Promise<Ran> {
    const step = workflow.jobs[job]?.steps.find((each) => each.name === name);
    assert.ok(step?.run, `${job} has a step '${name}' with a script`);
    executed.add(`${job}/${name}`);
    const names = Object.keys({ ...workflow.jobs[job]?.env, ...step.env });
    const handed = Object.fromEntries(["output", "env", "summary"].map((kind) => [kind, join(this.folder, kind)]));
    for (const file of [...Object.values(handed), this.#calls]) writeFileSync(file, "");
    const script = join(this.folder, "script.sh");
    writeFileSync(script, step.run);
    const { HOME = "", PATH = "" } = process.env;
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: this.work,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        HOME,
        PATH: `${this.#programs}:${PATH}`,
        REAL_NODE: process.execPath,
        CHECKOUT: checkout,
        RUNNER_TEMP: this.temporary,
        GITHUB_OUTPUT: handed.output,
        GITHUB_ENV: handed.env,
        GITHUB_STEP_SUMMARY: handed.summary,
        ...values,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    const [status] = (await once(child, "close")) as [number | null];
    assert.equal(status, expected, `${job}/${name}\n${output}`);
    for (const each of names) assert.ok(each in values || !step.run.includes(`$${each}`), `${each} needs a value here`);
    const read = (kind: string) => readFileSync(handed[kind] ?? "", "utf8");
    return {
      code: status,
      output,
      calls: readFileSync(this.#calls, "utf8").trim().split("\n").filter(Boolean),
      handedOn: { output: read("output"), env: read("env"), summary: read("summary") },
    };
  }
}
