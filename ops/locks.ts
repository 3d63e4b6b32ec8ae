import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { OperatorError } from "./operatorError.ts";
import { isAlive, startedAt } from "./processes.ts";

/**
 * Locks of Pulumi's file backend: one JSON file for each process that changes the stack. Pulumi removes its own when it
 * ends, but not when it is killed, and `pulumi cancel` removes everybody's.
 */
const lockSchema = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });

type Lock = z.output<typeof lockSchema>;

export interface HeldLock extends Lock {
  file: string;
}

/** Where a file backend keeps a stack's locks; undefined for any other backend. */
export function lockFolder(backendUrl: string, project: string, stack: string): string | undefined {
  const root = fileBackendFolder(backendUrl);
  return root === undefined ? undefined : join(root, ".pulumi", "locks", "organization", project, stack);
}

/** The folder of `file:///path`, `file://~` or `file://./path`, without query. */
function fileBackendFolder(backendUrl: string): string | undefined {
  if (!backendUrl.startsWith("file://")) return undefined;
  const path = backendUrl.slice("file://".length).split("?")[0] ?? "";
  if (path.startsWith("/")) return fileURLToPath(`file://${path}`);
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return resolve(path);
}

/**
 * Removes locks whose process was ours, on this host, and is dead. Every other lock is left alone.
 * @throws when others remain, naming their holders
 */
export function removeDeadLocks(folder: string): HeldLock[] {
  const locks = readLocks(folder);
  const dead = locks.filter(isOurs).filter(isDead);
  for (const { file } of dead) {
    rmSync(file, { force: true });
    // The backend keeps a file's attributes beside it.
    rmSync(`${file}.attrs`, { force: true });
  }
  const held = locks.filter((lock) => !dead.includes(lock));
  if (held.length > 0) throw new OperatorError(held.map(describeHolder).join("\n"));
  return dead;
}

/**
 * Does something while holding the stack's lock, in the way of Pulumi itself: so no Pulumi changes the stack meanwhile,
 * and none is disturbed that does so already.
 */
export async function withStackLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  removeDeadLocks(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${randomUUID()}.json`);
  const own: Lock = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  writeFileSync(file, JSON.stringify(own), { flag: "wx" });
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    const others = readLocks(folder).filter((lock) => lock.file !== file);
    if (others.length > 0) throw new OperatorError(others.map(describeHolder).join("\n"));
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function readLocks(folder: string): HeldLock[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const file = join(folder, name);
      const lock = readLock(file);
      return lock === undefined ? [] : [{ ...lock, file }];
    });
}

function readLock(file: string): Lock | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Its holder has ended since.
    return undefined;
  }
  const unreadable = { pid: 0, username: "?", hostname: "?", timestamp: "?" };
  try {
    return lockSchema.safeParse(JSON.parse(text)).data ?? unreadable;
  } catch {
    return unreadable;
  }
}

const isOurs = (lock: Lock): boolean => lock.username === userInfo().username && lock.hostname === hostname();

/** A process that began after the lock was made has inherited nothing but the number. */
function isDead({ pid, timestamp }: Lock): boolean {
  if (!isAlive(pid)) return true;
  const started = startedAt(pid);
  const made = Date.parse(timestamp);
  // Start times are exact to a second, and clocks are put right now and then.
  return started !== undefined && started > made + 5_000;
}

function describeHolder({ file, pid, username, hostname: host, timestamp }: HeldLock): string {
  const mine = username === userInfo().username && host === hostname();
  return (
    `the stack is locked by ${username}@${host}, process ${pid}, since ${timestamp}. ` +
    (mine
      ? `That process is running: wait for it, or end it (kill -INT ${pid}).`
      : `Only its owner can tell whether it still runs; if it does not, remove ${file}`)
  );
}
