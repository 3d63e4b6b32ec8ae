import { type SpawnOptions, spawn } from "node:child_process";

/** How a piece of work went; `output` holds what it printed. */
export interface Outcome {
  ok: boolean;
  /** Why not, in a few words: exit code, signal, timeout. */
  reason: string;
  output: string;
}

/**
 * Runs a program to its end and collects what it prints. It is a process group of its own, which ends as a whole: after
 * `timeoutMs`, or with this process, when that is interrupted.
 */
export async function work(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env"> & { timeoutMs?: number },
): Promise<Outcome> {
  const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));

  let timedOut = false;
  const stop = (signal: NodeJS.Signals) => child.pid !== undefined && process.kill(-child.pid, signal);
  const interrupted = (signal: NodeJS.Signals) => {
    stop("SIGTERM");
    // Once the others that are at work have heard it too.
    setImmediate(() => process.exit(signal === "SIGINT" ? 130 : 143));
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  const deadline = setTimeout(
    () => {
      timedOut = true;
      stop("SIGKILL");
    },
    options.timeoutMs ?? 2 ** 31 - 1,
  );

  return new Promise((resolve) => {
    const finish = (ok: boolean, reason: string) => {
      clearTimeout(deadline);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      resolve({ ok, reason: timedOut ? "timed out" : reason, output: output.trim() });
    };
    child.once("error", (error) => finish(false, error.message));
    child.once("close", (code, signal) => finish(code === 0, signal ?? `exit code ${code}`));
  });
}
