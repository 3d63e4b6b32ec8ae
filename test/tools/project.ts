import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setUpTools } from "../../tools/setup.ts";

export const checkout = join(import.meta.dirname, "..", "..");

export interface Answer {
  code: number;
  /** Standard output and standard error, without colours. */
  output: string;
}

/** A Pulumi project of its own in a temporary folder, with its own state and the checkout's packages. */
export interface Project {
  folder: string;
  pulumi(...args: string[]): Promise<Answer>;
  /** Starts Pulumi and does not wait. */
  start(...args: string[]): ChildProcess;
  remove(): void;
}

/** Lays out a project from its files, by path, and makes the stack `dev`. */
export async function makeProject(files: Record<string, string>): Promise<Project> {
  const { pulumi } = await setUpTools(["pulumi"]);
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  const defaults = {
    "Pulumi.yaml": "name: demo\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "package.json": '{ "name": "demo", "type": "module" }',
  };
  for (const [path, content] of Object.entries({ ...defaults, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  mkdirSync(join(folder, "state"));
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  const options = {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_OPTION_NON_INTERACTIVE: "true",
      PULUMI_OPTION_COLOR: "never",
    },
  };
  const project: Project = {
    folder,
    pulumi: (...args) =>
      new Promise((resolve) => {
        execFile(pulumi, args, options, (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: stdout + stderr });
        });
      }),
    start: (...args) => spawn(pulumi, args, { ...options, stdio: "ignore" }),
    remove: () => rmSync(folder, { recursive: true }),
  };
  await project.pulumi("stack", "init", "dev");
  return project;
}
