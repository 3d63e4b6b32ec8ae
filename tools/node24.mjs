/**
 * Runs a TypeScript file of this checkout on Node 24: `node tools/node24.mjs <script.ts> [arguments]`.
 *
 * It works from a bare clone with Node 20: what package-lock.json asks for is installed first, Node 24 itself among it.
 * Plain JavaScript, and no imports from node_modules, for the same reason.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { progress } from "./progress.mjs";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(checkout, "node_modules");
/** Where Node keeps what it compiled, types stripped, as the language host does: `novactl rollback` loads in a quarter of the time. */
const COMPILE_CACHE = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "novacron",
  "tools",
  "compile-cache",
);
const MINIMUM = [20, 0];
/** The first version that runs TypeScript without a flag or a warning. */
const TYPESCRIPT = [24, 12];

/** An error whose message is all that the user needs. */
class SetupError extends Error {}

/**
 * Installs what is missing, runs `script` on Node 24 with the checkout's commands first on PATH, and ends this process
 * the way that one ended: same exit code, same signal.
 *
 * @param {string} script path of a TypeScript file
 * @param {readonly string[]} args
 */
export async function runOnNode24(script, args = []) {
  try {
    await installDependencies();
    endLike(await run(node24(), script, args));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

async function installDependencies() {
  if (!atLeast(MINIMUM)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${MINIMUM[0]} or newer, https://nodejs.org`,
    );
  }
  if (isInstalled()) return;
  await withLock(
    join(checkout, ".novacron", "npm-ci.lock"),
    "npm ci",
    ({ pid, purpose }) => console.error(`waiting for process ${pid}, which runs ${purpose} in this checkout`),
    async () => {
      if (!isInstalled()) await npmCi();
    },
  );
}

/**
 * Compares package-lock.json with what npm noted about node_modules: same packages, same contents. Packages for other
 * platforms may be absent.
 */
function isInstalled() {
  const installed = packagesOf(join(modules, ".package-lock.json"));
  const wanted = packagesOf(join(checkout, "package-lock.json"));
  if (wanted === undefined) throw new SetupError(`${checkout} has no package-lock.json: is it a complete clone?`);
  if (installed === undefined) return false;
  const { "": _, ...packages } = wanted;
  return Object.entries(packages).every(([path, { version, integrity, optional }]) => {
    const present = installed[path];
    return present === undefined ? optional : present.version === version && present.integrity === integrity;
  });
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, "utf8")).packages : undefined;
}

async function npmCi() {
  const done = progress("npm ci: installing dependencies, about 1 min");
  // npm replaces node_modules, so it must not be run by a Node from there.
  const path = pathEntries().filter((entry) => !entry.startsWith(modules));
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: checkout,
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => npm.kill(signal));
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (text) => (output += text));
  const { error, code, signal } = await ended(npm);
  done(`npm ci: ${code === 0 ? "dependencies installed" : "failed"}`);
  if (error?.code === "ENOENT")
    throw new SetupError("npm is not on PATH: install Node 20 or newer with npm, https://nodejs.org");
  if (code !== 0)
    throw new SetupError(`npm ci failed (${signal ?? error?.message ?? `exit code ${code}`}):\n${output.trim()}`);
}

/** This process's own executable if it is new enough, else the one that npm installed. */
function node24() {
  if (atLeast(TYPESCRIPT)) return process.execPath;
  const fromNpm = join(modules, `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(fromNpm)) return fromNpm;
  throw new SetupError(
    `npm has no Node ${TYPESCRIPT[0]} for ${process.platform}-${process.arch}, and this is Node ${process.versions.node}: ` +
      `install Node ${TYPESCRIPT.join(".")} or newer, https://nodejs.org`,
  );
}

function run(node, script, args) {
  const path = new Set([join(modules, ".bin"), dirname(node), ...pathEntries()]);
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], {
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, PATH: [...path].join(delimiter) },
    stdio: "inherit",
  });
  // Ctrl-C reaches the child from the terminal; a second SIGINT would read as "now, at once".
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => onTerminal || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return ended(child);
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function endLike({ error, code, signal }) {
  if (error) throw error;
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function atLeast([major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function pathEntries() {
  return (process.env.PATH ?? "").split(delimiter);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [script, ...args] = process.argv.slice(2);
  if (script) await runOnNode24(script, args);
  else {
    console.error("usage: node tools/node24.mjs <script.ts> [arguments]");
    process.exitCode = 2;
  }
}
