import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { setUpTools } from "../tools/setup.ts";
import { OperatorError } from "./operatorError.ts";

/** The path of the Pulumi to run; it is downloaded or built first where the machine has none. */
export async function pulumiPath(): Promise<string> {
  try {
    return (await setUpTools(["pulumi"])).pulumi;
  } catch (error) {
    throw new OperatorError(error instanceof Error ? error.message : String(error));
  }
}

export interface PulumiRun {
  pulumi: string;
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** How much the command stands back for others on this machine, as `nice` has it. @default 0 */
  niceness?: number;
}

/** Runs a Pulumi command for its output. @throws with what it wrote to standard error when it fails */
export async function capture(run: PulumiRun, args: string[], input = ""): Promise<string> {
  const child = spawn(run.pulumi, [...args, "--non-interactive"], {
    cwd: run.folder,
    env: run.environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // Pulumi may end without having read everything; its exit code tells more than a broken pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new OperatorError(
      `\`pulumi ${args.join(" ")}\` failed:\n${Buffer.concat(errors).toString("utf8").trim() || Buffer.concat(output).toString("utf8").trim().split("\n").slice(-40).join("\n") || `exit code ${code}`}`,
    );
  return Buffer.concat(output).toString("utf8");
}

/** A terminal sends Ctrl-C to every process in it, and launchers pass it on: within this time it is one. */
const SAME_SIGNAL_MS = 500;

/** Where what Pulumi prints goes: where novactl's own output goes, out of its way, or to whom it may concern when it fails. */
export type Output = "as its own" | "to standard error" | "nowhere unless it fails" | ((printed: string) => void);

/**
 * Runs a Pulumi command that belongs to the user: its terminal, its exit code. The first interruption is passed on once,
 * and Pulumi finishes what is under way and saves; a second one kills it, and what it started.
 */
export async function passThrough(run: PulumiRun, args: string[], output: Output = "as its own"): Promise<number> {
  const stdout = {
    "as its own": "inherit",
    "to standard error": process.stderr,
  } as const;
  const withholds = typeof output === "function" || output === "nowhere unless it fails";
  const [program = "", ...words] =
    run.niceness === undefined ? [run.pulumi, ...args] : ["nice", "-n", String(run.niceness), run.pulumi, ...args];
  const child = spawn(program, words, {
    cwd: run.folder,
    env: run.environment,
    stdio: ["inherit", withholds ? "pipe" : stdout[output], withholds ? "pipe" : "inherit"],
    // A process group of its own: the terminal's Ctrl-C comes through here alone.
    detached: true,
  });
  if (run.niceness !== undefined) standBack(child.pid, run.niceness);
  const withheld: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => withheld.push(chunk));
  let last = 0;
  const interrupt = () => {
    const now = performance.now();
    if (last > 0 && now - last < SAME_SIGNAL_MS) return;
    if (last === 0) kill(child.pid, "SIGINT");
    else kill(-(child.pid ?? 0), "SIGKILL");
    last = now;
  };
  for (const signal of INTERRUPTIONS) process.on(signal, interrupt);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    const printed = Buffer.concat(withheld);
    if (typeof output === "function") output(printed.toString("utf8"));
    else if (code !== 0) process.stderr.write(printed);
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
  }
}

/**
 * Has the session of a process stand back as a whole. Where Linux shares processors out by session (`sched_autogroup_enabled`, the
 * default of most distributions), `nice` counts among the processes of one session alone (sched(7), "The autogroup feature").
 */
function standBack(pid: number | undefined, niceness: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // It has just ended, or the kernel knows no such groups: then `nice` alone counts.
  }
}

const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Sends a signal to a process, or to the group of a negative number. */
function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || pid === 0) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
