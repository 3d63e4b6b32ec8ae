import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/** How long a child may take to end after SIGINT. The engine kills this host five seconds after its own SIGINT. */
const GRACE_MS = 3000;

const running = new Set<ChildProcess>();

/** Starts a process that ends with this host at the latest. It stays in the host's process group for the engine's sake. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** Interrupts a child, kills it when it has not ended after {@link GRACE_MS}, and resolves once it is gone. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const closed = once(child, "close");
  const deadline = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  child.kill("SIGINT");
  await closed;
  clearTimeout(deadline);
}

/** {@link stopChild} for all that run. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

/** Resolves with how a child ended; rejects when it could not be started. */
export async function outcome(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const [code, signal] = await once(child, "close");
  return { code, signal };
}
