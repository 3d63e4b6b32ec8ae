import { mkdirSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Counter, Registry } from "prom-client";
import { ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import { sendRequest } from "./request.ts";
import type { Role } from "./role.ts";
import { jsonBody, serveRole } from "./server.ts";

/** An operation as a replica keeps it, one a line of its log. */
export interface Operation {
  id: string;
  payload: unknown;
}

/** A replica that waits for peers which are gone as well must not wait for ever. */
const PEER_TIMEOUT_MS = 2_000;

/**
 * A replica of DWCP's state: keeps operations in a log on its own volume and acknowledges one only when the disk has it.
 * After a restart it first fetches from the other replicas what it missed.
 *
 * `PUT /operations/<id>` {payload} → 201, or 200 when it has the operation already; `GET /operations/<id>`; `GET /operations`
 * → one JSON line each.
 */
export const state: Role = async (context) => {
  const { folder, replicaUrls } = ROLE_ENVIRONMENT.state;
  const log = await OperationLog.open(context.file(context.env[folder] ?? "/var/lib/dwcp"));
  const registry = new Registry();
  const stored = new Counter({
    name: "dwcp_state_operations_total",
    help: "Operations written",
    registers: [registry],
  });
  let caughtUp = false;

  const role = await serveRole(context, {
    registry,
    ready: () => caughtUp,
    handle: async (request, { pathname }) => {
      const [, root, id] = pathname.split("/");
      if (root !== "operations") return { status: 404, body: { error: "only /operations is here" } };
      if (request.method === "GET") {
        if (id === undefined) return { status: 200, body: lines(log.all()) };
        const operation = log.get(id);
        return operation === undefined
          ? { status: 404, body: { error: `no operation ${id}` } }
          : { status: 200, body: operation };
      }
      if (request.method !== "PUT" || id === undefined) return { status: 405, body: { error: "PUT /operations/<id>" } };
      const body = await jsonBody(request);
      if (!isPayload(body)) return { status: 400, body: { error: 'the body must be {"payload": …} and nothing else' } };
      const { payload } = body;
      const isNew = await log.append({ id, payload });
      if (isNew) stored.inc();
      return { status: isNew ? 201 : 200, body: { id } };
    },
    onStop: () => log.close(),
  });

  void catchUp(log, (context.env[replicaUrls] ?? "").split(",").filter(Boolean), context.log).then(() => {
    caughtUp = true;
  });
  return role;
};

/** By hand: of all roles this one alone runs as processes of its own, three a region, and a schema library is 5 MiB in each (measured). */
const isPayload = (body: unknown): body is Pick<Operation, "payload"> =>
  typeof body === "object" && body !== null && Object.keys(body).join() === "payload";

const lines = (operations: Iterable<Operation>): string =>
  [...operations].map((operation) => `${JSON.stringify(operation)}\n`).join("");

/** Takes over what other replicas have. One that does not answer is passed over: a majority holds every acknowledged operation. */
async function catchUp(log: OperationLog, urls: readonly string[], say: (line: string) => void): Promise<void> {
  const taken = await Promise.all(
    urls.map(async (url) => {
      try {
        const text = await sendRequest(`${url}/operations`, { signal: AbortSignal.timeout(PEER_TIMEOUT_MS) });
        const missed = parse(text).filter(({ id }) => log.get(id) === undefined);
        await Promise.all(missed.map((operation) => log.append(operation)));
        return missed.length;
      } catch {
        return 0;
      }
    }),
  );
  const total = taken.reduce((sum, count) => sum + count, 0);
  if (total > 0) say(`fetched ${total} operations from other replicas`);
}

/** Reads a log; its last line may have been cut off by a crash before it was acknowledged. */
function parse(text: string): Operation[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Operation];
    } catch {
      return [];
    }
  });
}

/** Operations in memory and, in the order of their arrival, in a file. Those that come together share one write to the disk. */
export class OperationLog {
  readonly #operations: Map<string, Operation>;
  readonly #file: FileHandle;
  #waiting: { operation: Operation; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, operations: Operation[]) {
    this.#file = file;
    this.#operations = new Map(operations.map((operation) => [operation.id, operation]));
  }

  static async open(folder: string): Promise<OperationLog> {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "operations.log");
    const text = await readFile(path, "utf8").catch(() => "");
    const file = await open(path, "a");
    // A line that was cut off must not swallow the next one.
    if (text !== "" && !text.endsWith("\n")) await file.write("\n");
    return new OperationLog(file, parse(text));
  }

  get(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  all(): Iterable<Operation> {
    return this.#operations.values();
  }

  /** Resolves once the disk has it: true when it is new. */
  async append(operation: Operation): Promise<boolean> {
    if (this.#operations.has(operation.id)) return false;
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ operation, done, failed });
      this.#writing ??= this.#write();
    });
    return true;
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#file.write(lines(batch.map(({ operation }) => operation)));
        await this.#file.datasync();
        for (const { operation, done } of batch) {
          this.#operations.set(operation.id, operation);
          done();
        }
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = undefined;
  }
}
