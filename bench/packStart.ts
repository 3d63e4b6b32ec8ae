import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** The policy pack, and one without rules beside which it is measured. */
export const PACK = new URL("../policies/pack.ts", import.meta.url).pathname;
export const EMPTY_PACK = new URL("emptyPack.ts", import.meta.url).pathname;

/** What the start of a pack may cost; ratios are to a pack without rules, which says what the machine and the SDK take. */
export const LIMITS = { start_s: 1.5, rss_mb: 200, rss_ratio: 1.5, processor_ratio: 2 };

export interface PackStart {
  /** Until it has told the port on which it serves. */
  seconds: number;
  /** Of processors, in ticks of the kernel's: what other work on the machine does not change. */
  ticks: number;
  /** Most memory held at once, in MiB. */
  megabytes: number;
}

/** Starts a pack in a process of its own, until it has told the port on which it serves, and ends it. */
export async function startPack(pack: string): Promise<PackStart> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", pack], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await firstOutput(child);
    const seconds = (performance.now() - began) / 1000;
    return { seconds, ...usage(child.pid ?? 0) };
  } finally {
    child.kill("SIGKILL");
  }
}

async function firstOutput(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the pack's output is not read");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the pack ended with code ${code} before it served`);
  });
  await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => {});
}

/** What a process has used so far, as the kernel tells (proc(5)). */
function usage(pid: number): Omit<PackStart, "seconds"> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the program's name in brackets, which may hold anything: the state, and with it the third field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = fields.slice(14 - 3, 16 - 3).map(Number);
  return { megabytes: Number(kilobytes) / 1024, ticks: (user ?? Number.NaN) + (system ?? Number.NaN) };
}
