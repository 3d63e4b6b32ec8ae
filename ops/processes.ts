import { readFileSync } from "node:fs";

/**
 * Whether a process of this machine lives, be it another user's. One that has ended counts as dead although its parent
 * has not asked for its exit code yet, which some first processes of containers never do.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return statOf(pid)?.[0] !== "Z";
}

/** Clock ticks per second in /proc; the same on every Linux that Node runs on. */
const TICKS = 100;

/** When a process began, in milliseconds since 1970, to the second. Undefined where the system has no /proc. */
export function startedAt(pid: number): number | undefined {
  const ticks = statOf(pid)?.[19];
  if (ticks === undefined) return undefined;
  const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
  return boot === undefined ? undefined : (Number(boot) + Number(ticks) / TICKS) * 1000;
}

/** Fields of /proc/PID/stat from the third, the state, on: those before hold the name, which may hold spaces. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
  } catch {
    return undefined;
  }
}
