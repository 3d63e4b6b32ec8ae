import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Faults, Role, RoleContext, RunningRole } from "../../workload/role.ts";

/** One run of a container's program, from its start to its exit code. */
export interface Execution {
  /** Graceful end, as by SIGTERM. */
  stop(): void;
  /** End at once, as by SIGKILL. */
  kill(): void;
  /** The exit code; 137 after a kill. */
  ended: Promise<number>;
  /** Tells the program of faults that are wanted now; programs without faults have none. */
  setFaults(faults: Faults): void;
  /** Has the program read its files again, where it can. */
  reload(): void;
}

/** Exit code of a program that SIGKILL ended: 128 + 9. */
export const KILLED = 137;

/**
 * A role or reconciler in this process. Faults reach roles by `RoleContext.faults`. One that fails to start is a program
 * that ended at once, and its log says why.
 */
export async function runInProcess(start: () => Promise<RunningRole>, log: (line: string) => void): Promise<Execution> {
  let running: RunningRole;
  const killed = Promise.withResolvers<number>();
  const failed = (error: unknown): number => {
    log(`error: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    return 1;
  };
  try {
    running = await start();
  } catch (error) {
    running = { stop: async () => undefined, kill: () => undefined, ended: Promise.resolve(failed(error)) };
  }
  return {
    // A stop that is done is an end too, whether the role says so or not.
    stop: () =>
      void running.stop().then(
        () => killed.resolve(0),
        (error) => killed.resolve(failed(error)),
      ),
    kill: () => {
      running.kill();
      killed.resolve(KILLED);
    },
    ended: Promise.race([killed.promise, running.ended.catch(failed)]),
    setFaults: () => undefined,
    reload: () => undefined,
  };
}

/** Starts a role in this process. */
export const runRole = (role: Role, context: RoleContext): Promise<Execution> =>
  runInProcess(() => role(context), context.log);

export interface ProcessInput {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  folder: string;
  log: (line: string) => void;
  /** Whether it takes faults by message: roles of ours. */
  takesFaults: boolean;
  /** Whether it reads its files again on SIGHUP. */
  reloads: boolean;
}

/** Starts a program as a process of its own; its output goes to the log line by line. */
export async function runProcess({
  file,
  args,
  env,
  folder,
  log,
  takesFaults,
  reloads,
}: ProcessInput): Promise<Execution> {
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...env },
    stdio: takesFaults ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", log);
  }
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      log(`error: ${error.message}`);
      resolve(128);
    });
    // Not `close`: output that a grandchild still holds open must not keep a dead container running.
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGTERM" ? 143 : KILLED)));
  });
  return {
    stop: () => void child.kill("SIGTERM"),
    kill: () => void child.kill("SIGKILL"),
    ended,
    setFaults: (faults) => {
      // A child that has just ended takes no messages; its exit is on its way.
      if (takesFaults && child.connected) child.send(faults, () => undefined);
    },
    reload: () => {
      if (reloads) child.kill("SIGHUP");
    },
  };
}
