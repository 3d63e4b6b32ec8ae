import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { addressIn } from "../ipv4.ts";
import type { RegionSpec } from "./spec.ts";

/** Never its synchronous sibling: while a supervisor starts its pods, each call would hold up all that they and the API server ask. */
const execute = promisify(execFile);

/**
 * Makes the process's own network namespace the region's network: every pod, node and service address is local, names
 * are asked of the cluster's DNS, and no packet can leave.
 * @throws Error when this is not a namespace of our own, or `ip` or `mount` are missing or not allowed
 */
export async function enterNetwork(folder: string, spec: RegionSpec): Promise<void> {
  if (!(await isOwnNamespace()))
    throw new Error(
      "a region needs its own network and mount namespaces: start it with `unshare --net --pid --mount --fork --kill-child=KILL -- …`, and `--user --map-root-user` too unless you are root",
    );
  await run("ip", "link", "set", "lo", "up");
  for (const range of [spec.podRange, spec.serviceRange, spec.nodeRange]) await addLocalRoute(range);
  const file = join(folder, "resolv.conf");
  writeFileSync(file, resolverConfig(spec));
  await run("mount", "--bind", file, "/etc/resolv.conf");
}

/** Makes a range or address the region's own. Does nothing when it is already. */
export const addLocalRoute = (range: string): Promise<void> =>
  run("ip", "route", "replace", "local", range, "dev", "lo");

/** Where the cluster's DNS server listens: the tenth service address. */
export const dnsAddress = ({ serviceRange }: Pick<RegionSpec, "serviceRange">): string => addressIn(serviceRange, 10);

/** As a pod's, but for the search in its own namespace: all pods share this file. */
const resolverConfig = (spec: RegionSpec): string =>
  `nameserver ${dnsAddress(spec)}\nsearch svc.cluster.local cluster.local\noptions ndots:5 timeout:2 attempts:2\n`;

/** A namespace that has just been made has no link that is up, but perhaps the loopback; and its first process is this one. */
async function isOwnNamespace(): Promise<boolean> {
  const links = JSON.parse((await execute("ip", ["-json", "link"])).stdout) as Link[];
  return process.pid === 1 && links.every(({ link_type, flags }) => link_type === "loopback" || !flags.includes("UP"));
}

interface Link {
  link_type: string;
  flags: string[];
}

async function run(program: string, ...args: string[]): Promise<void> {
  try {
    await execute(program, args);
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    const why =
      code === "ENOENT" ? "the program is missing; install iproute2 and util-linux" : stderr?.trim() || message;
    throw new Error(`'${program} ${args.join(" ")}' failed: ${why}`);
  }
}
