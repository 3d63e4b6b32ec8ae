import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Exit, ProcessTable, Program, SupervisedProcess } from "./context.ts";
import { hostPid, residentMebibytes } from "./procfs.ts";
import { REGION_FILES, type RegionStatus } from "./spec.ts";

const FIRST_BACKOFF_MS = 200;
const LAST_BACKOFF_MS = 5000;

/** A process that lived this long is taken to have worked: its next crash begins with the shortest wait again. */
const SETTLED_MS = 10_000;

const READY_INTERVAL_MS = 100;
const GRACE_MS = 5000;

/** A log that is larger at the start of its process is set aside as `<name>.log.1`. */
const LOG_BYTES = 16 * 1024 * 1024;

/**
 * Settings of Go's runtime: three regions share a machine. A program that may use a second processor spends more time on looking
 * for work there than it gains; with 2, a region took a quarter more of the machine at rest. Its heap grows by half, not to the
 * double, before garbage is collected.
 */
export const GO_RUNTIME = { GOMAXPROCS: "1", GOGC: "50" };

/** The operating system processes of a region, as children of this process. */
export class Processes implements ProcessTable {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #held = new Map<string, Supervised>();

  /** @param folder the region's */
  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  start(program: Program): SupervisedProcess {
    const { name } = program;
    if (this.#held.has(name)) throw new Error(`process '${name}' is there already`);
    const defaults = { cwd: this.#folder, log: join(this.#folder, REGION_FILES.logs, `${name}.log`) };
    const held = new Supervised({ ...defaults, ...program }, this.#log, () => this.#held.delete(name));
    this.#held.set(name, held);
    held.start();
    return held;
  }

  get(name: string): SupervisedProcess | undefined {
    return this.#held.get(name);
  }

  list(): RegionStatus["processes"] {
    return [...this.#held.values()].map(({ name, pid, state, restarts }) => {
      const mebibytes = pid === undefined ? undefined : residentMebibytes(pid);
      return { name, ...(pid && { pid }), state, restarts, ...(mebibytes && { mebibytes }) };
    });
  }
}

/** One program, through all its lives. */
class Supervised implements SupervisedProcess {
  readonly name: string;
  state: SupervisedProcess["state"] = "stopped";
  restarts = 0;
  readonly #program: Program & { log: string };
  readonly #log: (line: string) => void;
  readonly #forget: () => void;
  #child: ChildProcess | undefined;
  #pid: number | undefined;
  #isWanted = false;
  #backoff = FIRST_BACKOFF_MS;
  /** Ends the wait before a restart, and the asking whether it is ready. */
  #life = new AbortController();
  #ready = Promise.withResolvers<void>();
  #ended = Promise.withResolvers<Exit>();

  constructor(program: Program & { log: string }, log: (line: string) => void, forget: () => void) {
    this.name = program.name;
    this.#program = program;
    this.#log = log;
    this.#forget = forget;
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  get ended(): Promise<Exit> {
    return this.#ended.promise;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  start(): void {
    if (this.#isWanted) return;
    if (this.#child !== undefined) throw new Error(`process '${this.name}' has not ended yet; start it once it has`);
    this.#isWanted = true;
    this.#backoff = FIRST_BACKOFF_MS;
    this.#ended = Promise.withResolvers();
    this.#expectReadiness();
    this.#spawn();
  }

  async stop(graceMilliseconds = GRACE_MS): Promise<void> {
    const child = this.#child;
    if (!this.#isWanted) {
      if (child !== undefined) await this.#ended.promise;
      return;
    }
    this.#isWanted = false;
    this.#life.abort();
    if (child === undefined) this.#end({ code: null, signal: null });
    else {
      child.kill(graceMilliseconds > 0 ? "SIGTERM" : "SIGKILL");
      const deadline = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
      await this.#ended.promise;
      clearTimeout(deadline);
    }
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  #spawn(): void {
    const { command, args, env = defaultEnvironment(), cwd, log } = this.#program;
    const output = openLog(log);
    const born = Date.now();
    const child = spawn(command, args, { stdio: ["ignore", output, output], env, ...(cwd !== undefined && { cwd }) });
    closeSync(output);
    this.#child = child;
    this.#pid = child.pid === undefined ? undefined : hostPid(child.pid);
    this.state = "starting";
    this.#life = new AbortController();
    // A program that cannot be started ends in `error` alone, others in `exit`.
    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      this.#log(`${this.name} cannot be started: ${error.message}`);
      this.#onExit({ code: 127, signal: null }, born);
    });
    child.once("exit", (code, signal) => this.#onExit({ code, signal }, born));
    void this.#awaitReady(this.#life.signal);
  }

  async #awaitReady(signal: AbortSignal): Promise<void> {
    const { ready = async () => true } = this.#program;
    while (!signal.aborted) {
      const isReady = await ready().catch(() => false);
      if (signal.aborted) return;
      if (isReady) {
        this.state = "running";
        this.#ready.resolve();
        return;
      }
      await sleep(READY_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #onExit(exit: Exit, born: number): void {
    this.#child = undefined;
    this.#pid = undefined;
    this.#life.abort();
    if (!this.#isWanted || this.#program.restart === "never") {
      this.#end(exit);
      return;
    }
    if (Date.now() - born >= SETTLED_MS) this.#backoff = FIRST_BACKOFF_MS;
    this.#log(`${this.name} ended (${exit.signal ?? `exit code ${exit.code}`}), starts again in ${this.#backoff} ms`);
    if (this.state === "running") this.#expectReadiness();
    this.state = "restarting";
    this.restarts += 1;
    this.#life = new AbortController();
    const { signal } = this.#life;
    sleep(this.#backoff, undefined, { signal }).then(
      () => this.#spawn(),
      () => undefined,
    );
    this.#backoff = Math.min(this.#backoff * 2, LAST_BACKOFF_MS);
  }

  #end(exit: Exit): void {
    this.#isWanted = false;
    this.state = "stopped";
    this.#ready.reject(new Error(`${this.name} ended before it was ready`));
    if (this.#program.restart === "never") this.#forget();
    this.#ended.resolve(exit);
  }

  #expectReadiness(): void {
    this.#ready = Promise.withResolvers();
    // Not everyone asks.
    this.#ready.promise.catch(() => undefined);
  }
}

const defaultEnvironment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "/",
});

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const held = statSync(file, { throwIfNoEntry: false });
  if (held !== undefined && held.size > LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}
