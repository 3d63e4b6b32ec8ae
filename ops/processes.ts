import { readFileSync } from "node:fs";

/** Whether a process of this machine lives, be it another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Clock ticks per second in /proc; the same on every Linux that Node runs on. */
const TICKS = 100;

/** When a process began, in milliseconds since 1970, to the second. Undefined where the system has no /proc. */
export function startedAt(pid: number): number | undefined {
  try {
    const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
    // Field 22, counted behind the name, which may hold spaces.
    const ticks = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
    return boot === undefined || ticks === undefined ? undefined : (Number(boot) + Number(ticks) / TICKS) * 1000;
  } catch {
    return undefined;
  }
}
