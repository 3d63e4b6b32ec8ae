import { spawn } from "node:child_process";
import { join } from "node:path";

// Tests of the cloud part need no control planes; those of clusters say so themselves.
process.env.NOVACRON_CLUSTERS ??= "off";

export const checkout = join(import.meta.dirname, "..", "..");

export interface Answer {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Arguments of Node. */
export const NOVACTL = ["--disable-warning=ExperimentalWarning", join(checkout, "ops", "main.ts")] as const;

/** Runs novactl as a user would, without the launcher's search for Node 24, which these tests run on already. */
export function novactl(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): { pid: number; printed: () => string; ended: Promise<Answer> } {
  const child = spawn(process.execPath, [...NOVACTL, ...args], {
    cwd: options.cwd ?? checkout,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const ended = new Promise<Answer>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, printed: () => stdout + stderr, ended };
}
