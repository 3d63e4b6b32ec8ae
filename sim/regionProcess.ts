import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PUBLIC_AUTHORITY } from "./internet/publicAuthority.ts";
import { REGION_FILES } from "./region/spec.ts";

const MAIN = fileURLToPath(new URL("./region/main.ts", import.meta.url));
const GUARD = new URL("./regionGuard.ts", import.meta.url).href;

/** Node's young generation, MiB: at its default of 16 a supervisor, whose pods answer all the time, holds 20 MiB of garbage more. */
const YOUNG_GENERATION = "--max-semi-space-size=8";

/** Namespaces of a region. Its supervisor is their first process: with it everything in them ends. */
const NAMESPACES = ["--net", "--pid", "--mount", "--fork", "--kill-child=KILL"];

/** Anybody may have namespaces of their own inside a user namespace, where the kernel allows those. */
const isolation = (): string[] => [
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  ...NAMESPACES,
  "--",
];

/**
 * Makes sure that this machine can run regions.
 * @throws Error that says what is missing and how to do without
 */
export function demandNamespaces(): void {
  const probe = "ip link set lo up && ip route add local 198.18.0.0/32 dev lo && mount --bind /etc/hosts /etc/hosts";
  try {
    execFileSync("unshare", [...isolation(), "sh", "-c", probe], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    const why = code === "ENOENT" ? "the program unshare is missing" : stderr?.toString("utf8").trim() || message;
    throw new Error(
      `the simulated clusters need Linux network, process and mount namespaces, which this machine does not give: ${why}. ` +
        "Install util-linux and iproute2, and run as root or allow user namespaces " +
        "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0). " +
        "Or go without control planes: --no-clusters",
    );
  }
}

/** Starts a region's supervisor, in a session of its own: it outlives this process. */
export function startSupervisor({
  folder,
  outside,
  tools,
}: {
  folder: string;
  outside: string;
  tools: string;
}): ChildProcess {
  mkdirSync(join(folder, REGION_FILES.logs), { recursive: true, mode: 0o700 });
  const log = openSync(supervisorLog(folder), "a", 0o600);
  const child = spawn(
    "unshare",
    [
      ...isolation(),
      process.execPath,
      ...[YOUNG_GENERATION, "--disable-warning=ExperimentalWarning", "--import", GUARD],
      ...[MAIN, "--folder", folder, "--outside", outside, "--tools", tools],
    ],
    {
      detached: true,
      stdio: ["ignore", log, log],
      env: supervisorEnvironment(join(dirname(outside), PUBLIC_AUTHORITY)),
    },
  );
  closeSync(log);
  child.unref();
  return child;
}

/** What the supervisor says before it has a log of its own, and what its programs in process print. */
const supervisorLog = (folder: string): string => join(folder, REGION_FILES.logs, "output.log");

/** Why a supervisor ended, as far as its log knows. */
export function supervisorSays(folder: string): string {
  const text = existsSync(supervisorLog(folder)) ? readFileSync(supervisorLog(folder), "utf8").trimEnd() : "";
  return `${supervisorLog(folder)} ends with\n${text.split("\n").slice(-10).join("\n") || "(nothing)"}`;
}

/**
 * The user's environment with the simulation's public authority among those that programs trust. Without the user's proxies:
 * they are of no use in a network that nothing leaves.
 */
const supervisorEnvironment = (publicAuthority: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name))),
  NODE_EXTRA_CA_CERTS: publicAuthority,
  SSL_CERT_FILE: publicAuthority,
});

/** Supervisors that run below a folder: the number of each by its region's folder. Found in /proc, whoever started them. */
export function supervisorsBelow(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const [program = "", ...args] = commandLine(Number(entry));
    const own = args[args.indexOf("--folder") + 1] ?? "";
    if (basename(program) === "unshare" && args.includes(MAIN) && own.startsWith(`${folder}/`))
      found.set(own, Number(entry));
  }
  return found;
}

/** Whether the process with this number is the supervisor of this folder. */
export const isSupervisor = (pid: number, folder: string): boolean => {
  const args = commandLine(pid);
  return args.includes(MAIN) && args.includes(folder);
};

/** Empty for a process that is gone, or has ended and was not collected. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

const POLL_MS = 20;

/**
 * Ends a supervisor, gently and after the grace period by force, and with it everything in its namespaces. Resolves when
 * it is gone.
 * @param graceMilliseconds 0 kills at once
 */
export async function stopSupervisor(pid: number, folder: string, graceMilliseconds: number): Promise<void> {
  // `unshare` itself takes no notice of SIGTERM: its child, the supervisor, does.
  if (graceMilliseconds > 0) for (const child of childrenOf(pid)) signal(child, "SIGTERM");
  for (let waited = 0; waited < graceMilliseconds && isSupervisor(pid, folder); waited += POLL_MS) await sleep(POLL_MS);
  const children = childrenOf(pid);
  if (isSupervisor(pid, folder)) for (const each of [...children, pid]) signal(each, "SIGKILL");
  while (isSupervisor(pid, folder) || children.some((child) => isSupervisor(child, folder))) await sleep(POLL_MS);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
