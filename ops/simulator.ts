import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "../sim/main.ts";
import { withLock } from "../tools/lock.mjs";
import { setUpRegionTools } from "../tools/regionTools.ts";
import { layout } from "./home.ts";
import { OperatorError } from "./operatorError.ts";
import { isAlive } from "./processes.ts";

/**
 * Real seconds for a second of the clouds' own time: a cluster's ten minutes take 1.2 s, so that the order of things and
 * the progress can be seen. Tests set NOVACRON_TIME_SCALE to 0.
 */
export const DEFAULT_TIME_SCALE = "0.002";

const MAIN = fileURLToPath(new URL("../sim/main.ts", import.meta.url));

/** Reading the facts out of the SDKs, once for each set of types, takes seconds; on a busy machine a minute. */
const START_TIMEOUT_SECONDS = 180;

const endpointFile = (home: string): string => join(layout(home).simulator, "simulator.json");
const logFile = (home: string): string => join(layout(home).simulator, "simulator.log");

/** The running simulator, or undefined. A file that a killed one left behind does not count. */
export async function findSimulator(home: string): Promise<Endpoint | undefined> {
  const endpoint = readEndpoint(home);
  if (endpoint === undefined || !isAlive(endpoint.pid)) return undefined;
  // The number may belong to another process by now: only the simulator knows its token.
  return (await answers(endpoint)) ? endpoint : undefined;
}

/** The running simulator. @throws when none runs */
export async function runningSimulator(home: string): Promise<Endpoint> {
  const endpoint = await findSimulator(home);
  if (endpoint === undefined)
    throw new OperatorError(
      "the simulator is not running; `novactl sim start` starts it, and so does any command with --sim",
    );
  return endpoint;
}

/** A simulator that is stopping first ends its regions, which takes up to 15 s. */
const END_TIMEOUT_SECONDS = 40;

/**
 * Whether simulated clusters have control planes: not with `NOVACRON_CLUSTERS=off`, which is what `--no-clusters` sets.
 * @throws OperatorError for any other value but `on`
 */
export function clustersWanted(): boolean {
  const { NOVACRON_CLUSTERS: wish = "" } = process.env;
  if (wish === "off") return false;
  if (wish === "" || wish === "on") return true;
  throw new OperatorError(`NOVACRON_CLUSTERS is '${wish}': on and off are allowed; on is the default`);
}

/** Does what `--no-clusters` says, for this process and those that it starts. */
export function goWithoutClusters(): void {
  process.env.NOVACRON_CLUSTERS = "off";
}

/** Does what a command's `--no-clusters` says. @throws OperatorError without `--sim` */
export function readNoClusters(given: { sim?: boolean; "no-clusters"?: boolean }): void {
  if (given["no-clusters"] !== true) return;
  if (given.sim !== true)
    throw new OperatorError("--no-clusters is for the simulated clouds; give --sim too, or leave it out");
  goWithoutClusters();
}

/** The running simulator, started now if there is none. Of several processes that ask at once, one starts it. */
export async function startSimulator(
  home: string,
  timeScale = process.env.NOVACRON_TIME_SCALE ?? DEFAULT_TIME_SCALE,
  clusters = clustersWanted(),
): Promise<{ endpoint: Endpoint; started: boolean }> {
  if (!(Number(timeScale) >= 0))
    throw new OperatorError(
      `time scale '${timeScale}': give a number of real seconds for a second of the clouds' time, 0 or more`,
    );
  const running = await findSimulator(home);
  if (running !== undefined) return { endpoint: inMode(running, clusters), started: false };
  const tools = clusters ? await toolsFolder() : undefined;
  mkdirSync(layout(home).simulator, { recursive: true, mode: 0o700 });
  return withLock(
    join(layout(home).simulator, "start.lock"),
    "start of the simulator",
    ({ pid }) => console.error(`waiting for process ${pid}, which is starting the simulator`),
    async () => {
      const meanwhile = await findSimulator(home);
      if (meanwhile !== undefined) return { endpoint: inMode(meanwhile, clusters), started: false };
      return { endpoint: await launch(home, timeScale, tools), started: true };
    },
  );
}

/** @throws OperatorError when the running simulator has control planes and shall not, or the other way round */
function inMode(endpoint: Endpoint, clusters: boolean): Endpoint {
  if ((endpoint.proxyPort !== undefined) === clusters) return endpoint;
  throw new OperatorError(
    clusters
      ? "the simulator runs without clusters; go on so with --no-clusters (or NOVACRON_CLUSTERS=off), or end it with `novactl sim stop` and run this again"
      : "the simulator runs with clusters; leave out --no-clusters (or NOVACRON_CLUSTERS=off), or end it with `novactl sim stop` and run this again",
  );
}

/** The programs that clusters run: $NOVACRON_TOOLS, else found, downloaded or built. */
async function toolsFolder(): Promise<string> {
  const { NOVACRON_TOOLS: given = "" } = process.env;
  if (given !== "") return given;
  try {
    return await setUpRegionTools();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`the programs that simulated clusters run: ${why}\nOr go without: --no-clusters`);
  }
}

/** @param tools folder of the programs that clusters run; undefined: no control planes */
async function launch(home: string, timeScale: string, tools: string | undefined): Promise<Endpoint> {
  rmSync(endpointFile(home), { force: true });
  const log = openSync(logFile(home), "a", 0o600);
  // In a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
  const child = spawn(
    process.execPath,
    [
      ...["--disable-warning=ExperimentalWarning", MAIN],
      ...["--folder", layout(home).simulator, "--time-scale", timeScale],
      ...(tools === undefined ? ["--no-clusters"] : ["--tools", tools, "--shims", layout(home).bin]),
    ],
    { detached: true, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  let failure: string | undefined;
  child.once("error", (error) => {
    failure = error.message;
  });
  child.once("exit", (code, signal) => {
    failure = `it ended with ${signal ?? `exit code ${code}`}`;
  });
  child.unref();
  const deadline = performance.now() + START_TIMEOUT_SECONDS * 1000;
  while (failure === undefined && performance.now() < deadline) {
    const endpoint = readEndpoint(home);
    if (endpoint !== undefined && endpoint.pid === child.pid && (await answers(endpoint))) return endpoint;
    await sleep(50);
  }
  if (failure === undefined) child.kill("SIGKILL");
  throw new OperatorError(
    `the simulator did not start: ${failure ?? `no answer within ${START_TIMEOUT_SECONDS} s`}; its log, ${logFile(home)}, ends with\n${lastLines(logFile(home))}`,
  );
}

/** Ends the simulator, gently or by SIGKILL, and waits until it is gone. False when none ran. */
export async function stopSimulator(home: string, how: "stop" | "kill"): Promise<boolean> {
  const endpoint = await findSimulator(home);
  if (endpoint === undefined) return false;
  if (how === "kill") process.kill(endpoint.pid, "SIGKILL");
  else await request(endpoint, "POST /stop");
  for (let waited = 0; isAlive(endpoint.pid); waited += 20) {
    if (waited > END_TIMEOUT_SECONDS * 1000)
      throw new OperatorError(`the simulator, process ${endpoint.pid}, does not end`);
    await sleep(20);
  }
  return true;
}

/** One request to the simulator's own API. @throws with its words when it refuses */
export async function request<Answer>(endpoint: Endpoint, route: string, body?: unknown): Promise<Answer> {
  const [method = "GET", path = "/"] = route.split(" ");
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${endpoint.controlPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${endpoint.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new OperatorError(`the simulator, process ${endpoint.pid}, does not answer: ${String(error)}`);
  }
  const answer = (await response.json()) as Answer & { error?: string };
  if (!response.ok) throw new OperatorError(`the simulator refuses: ${answer.error ?? response.statusText}`);
  return answer;
}

function readEndpoint(home: string): Endpoint | undefined {
  try {
    return JSON.parse(readFileSync(endpointFile(home), "utf8")) as Endpoint;
  } catch {
    return undefined;
  }
}

async function answers(endpoint: Endpoint): Promise<boolean> {
  try {
    await request(endpoint, "GET /status");
    return true;
  } catch {
    return false;
  }
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  } catch {
    return "(it is empty)";
  }
}
