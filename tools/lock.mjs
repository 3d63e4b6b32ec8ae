// Plain JavaScript: tools/node24.mjs needs it before a Node that runs TypeScript is there.
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;
/** A takeover lasts microseconds; one this old was killed in the middle. */
const ABANDONED_TAKEOVER_MS = 10_000;

/**
 * Runs `work` while no other process on this machine runs under the same lock. A holder that was killed is noticed, by
 * its pid and start time, and its lock taken over.
 *
 * @param {string} path the lock file; its folder is created
 * @param {string} purpose what a waiting process tells its user
 * @param {(holder: { pid: number, purpose: string }) => void} onWait called once when somebody else holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withLock(path, purpose, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waiting = false; !take(path, purpose); await sleep(POLL_MS)) {
    const holder = read(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) clear(path);
    else if (!waiting) {
      waiting = true;
      onWait(holder);
    }
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** Linking a finished file is atomic, so nobody ever reads a lock without its holder. */
function take(path, purpose) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startTime(process.pid), purpose }));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead holder's lock; of several processes that try, one does, so that no fresh lock is ever removed. */
function clear(path) {
  const takeover = `${path}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > ABANDONED_TAKEOVER_MS) rmdirSync(takeover);
    return;
  }
  const holder = read(path);
  if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
  rmdirSync(takeover);
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (error.code === "ESRCH") return false;
  }
  return startTime(pid) === started;
}

/** Tells a process from a later one with the same pid. Undefined where the system has no /proc. */
function startTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    // Z: it has ended, and its parent has not taken notice.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
