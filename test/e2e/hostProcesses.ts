import { readdirSync, readFileSync } from "node:fs";

export interface HostProcess {
  pid: number;
  commandLine: string[];
  environment: Record<string, string | undefined>;
}

/** A process and all its descendants, as the host counts them. */
export function processesBelow(root: number): HostProcess[] {
  const found: HostProcess[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    open.push(...childrenOf(pid));
    const environment = Object.fromEntries(
      read(pid, "environ")
        .split("\0")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    found.push({ pid, commandLine: read(pid, "cmdline").split("\0"), environment });
  }
  return found;
}

export const kill = (pid: number): void => void process.kill(pid, "SIGKILL");

/** Memory of a process and all below it, in MiB. */
export interface Memory {
  /** A page that n processes share counts as an n-th of it for each. */
  own: number;
  /** Resident sets in sum, in which a page that is shared counts for each process anew. */
  resident: number;
}

export function memoryOf(root: number): Memory {
  const sum = (field: string): number =>
    processesBelow(root).reduce((total, { pid }) => {
      const [, kibibytes = "0"] = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(read(pid, "smaps_rollup")) ?? [];
      return total + Number(kibibytes);
    }, 0);
  return { own: Math.round(sum("Pss") / 1024), resident: Math.round(sum("Rss") / 1024) };
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Empty for a process that has just ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
