import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { checkout } from "./cache.ts";
import { isExecutable, pathFolders } from "./find.ts";

const NAME = "pulumi-language-nodejs";
const ownHost = join(import.meta.dirname, "language-host", NAME);

/** The folder in the checkout that holds Pulumi and our language host side by side. */
export const bin = join(checkout, ".novacron", "bin");

/**
 * Gives a Pulumi that has no language host ours, and returns the path to run. Pulumi looks on PATH and beside its own
 * real file, and warns in every update about one that it finds on PATH alone; so it gets a second name in the checkout,
 * beside our host.
 */
export function withLanguageHost(pulumi: string): string {
  if (officialHostOnPath() || isExecutable(join(dirname(realpathSync(pulumi)), NAME))) return pulumi;
  const path = join(bin, "pulumi");
  if (!isSameFile(pulumi, path)) replace(path, (partial) => linkOrCopy(realpathSync(pulumi), partial));
  const host = join(bin, NAME);
  if (target(host) !== ownHost) replace(host, (partial) => symlinkSync(ownHost, partial));
  return path;
}

function officialHostOnPath(): boolean {
  const own = new Set([bin, dirname(ownHost)]);
  return pathFolders().some((folder) => !own.has(folder) && isExecutable(join(folder, NAME)));
}

function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (left === undefined || right === undefined) return false;
  return left.ino === right.ino || (left.size === right.size && left.mtimeMs === right.mtimeMs);
}

/** A hard link costs nothing, where file system and ownership allow one. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    const { atime, mtime } = statSync(from);
    utimesSync(to, atime, mtime);
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Lets a file appear in one step, so that a Pulumi starting at the same moment finds the old or the new one. */
function replace(path: string, make: (partial: string) => void): void {
  const partial = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(partial, { force: true });
  make(partial);
  renameSync(partial, path);
}
