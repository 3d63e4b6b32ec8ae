import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * The number by which the host knows a child of this process. `/proc` is the host's, while `fork` and `kill` count in
 * the region's own PID namespace. Undefined when the child is gone.
 */
export function hostPid(pid: number): number | undefined {
  return children().find((candidate) => innermostPid(candidate) === pid);
}

/** This process's own number on the host. */
export const ownHostPid = (): number => Number(readlinkSync("/proc/self"));

/** Memory that a process holds; undefined when it is gone. */
export function residentMebibytes(hostPid: number): number | undefined {
  const kibibytes = statusField(hostPid, "VmRSS");
  return kibibytes === undefined ? undefined : Math.round(Number.parseInt(kibibytes, 10) / 1024);
}

function children(): number[] {
  const own = ownHostPid();
  return readdirSync(`/proc/${own}/task`).flatMap((thread) =>
    read(`/proc/${own}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

/** As the process itself counts: the last of its numbers, one for each namespace around it. */
const innermostPid = (hostPid: number): number => Number(statusField(hostPid, "NSpid")?.split("\t").at(-1));

const statusField = (hostPid: number, name: string): string | undefined =>
  new RegExp(`^${name}:\\s*(.*)$`, "m").exec(read(`/proc/${hostPid}/status`))?.[1];

/** Empty for a process or thread that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
