import { randomUUID } from "node:crypto";
import { Agent, type RequestOptions, request } from "node:https";
import { VERSION_HEADER } from "../../k8s/contract.ts";

export interface ProbeOptions {
  /** The public entry, such as `https://dwcp.aws-use1.staging.novacron.example`. */
  url: string;
  /** A valid token for the next request. */
  token: () => Promise<string> | string;
  /** Requests per second; they leave at this rate, whether or not earlier ones were answered. */
  rate: number;
  /** One request of this many writes an operation; 0 writes none. @default 10 */
  writeEvery?: number;
  /** HTTP proxy to go through, such as the simulator's. */
  proxy?: string;
  /** PEM certificates to trust beside the system's. */
  certificateAuthority?: string;
  /** Milliseconds after which a request that was sent and not answered counts as failed. @default 5000 */
  timeout?: number;
}

/** The last answer of one version, on both clocks: one to measure with, one to compare with logs. */
export interface LastAnswer {
  /** `performance.now()` of this process. */
  at: number;
  /** ISO 8601. */
  wallClock: string;
}

export interface ProbeFailure {
  /** `performance.now()` when it was noticed. */
  at: number;
  method: string;
  /** HTTP status, or 0 when there was no answer. */
  status: number;
  message: string;
}

interface ProbeAnswer {
  status: number;
  digest: string | undefined;
  body: string;
}

/** What was seen since the beginning or the last `window`. */
export interface ProbeWindow {
  /** Finished requests, failures included. */
  requests: number;
  /** Good answers by digest. */
  answers: Record<string, number>;
  failed: number;
  /** Sent again, because a kept connection was closed as a request was on its way. */
  resent: number;
}

/** Failures that are kept with all that is known of them; others are only counted. */
const KEPT_FAILURES = 100;

/**
 * Connections at once; requests that find none free wait for one. Node's proxy agent would open one for each of them, whatever
 * its limit: a service that hesitates for a second would be met by a hundred TLS handshakes, and hesitate the more.
 */
const CONNECTIONS = 16;

/**
 * How long a connection may be idle. Gateways close theirs after 90 s (k8s/platform/gateway.ts), and a request that leaves on one
 * at that moment gets no answer, of which the service knows nothing.
 */
const IDLE_MS = 30_000;

/** Requests that wait at once, for a connection or an answer; what would be more counts as failed. */
const MOST_UNDER_WAY = 256;

/** How often a tick looks whether requests are due: fine enough for a thousand a second. */
const TICK_MS = 5;

/**
 * Looks at a service from outside, as its users do: constant load over HTTPS through the public entry, each answer counted by
 * the version that gave it. Keeps a ledger of the writes that were acknowledged.
 */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #agent: Agent;
  readonly #last = new Map<string, LastAnswer>();
  readonly #acknowledged = new Set<string>();
  readonly #failures: ProbeFailure[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #connections = 0;
  #window = emptyWindow();
  #total = emptyWindow();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(options: ProbeOptions) {
    if (!(options.rate > 0))
      throw new Error(`rate ${options.rate}: a probe needs a number of requests per second above 0`);
    this.#options = options;
    const { proxy, certificateAuthority } = options;
    this.#agent = new Agent({
      keepAlive: true,
      timeout: IDLE_MS,
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
      ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }),
    });
  }

  start(): void {
    const began = performance.now();
    let due = 0;
    this.#timer = setInterval(() => {
      const wanted = ((performance.now() - began) / 1000) * this.#options.rate;
      for (; due < wanted; due++) {
        if (this.#underWay.size >= MOST_UNDER_WAY) {
          this.#fail("GET", 0, `${MOST_UNDER_WAY} requests wait for an answer`);
          continue;
        }
        const sending = this.#sendNext().finally(() => this.#underWay.delete(sending));
        this.#underWay.add(sending);
      }
    }, TICK_MS);
  }

  /** One request, outside of the load. Returns the digest that answered. @throws when the answer is not good */
  async once(): Promise<string> {
    const { status, digest, body } = await this.#send("GET", "/v1/version");
    if (status !== 200 || digest === undefined) throw new Error(`${this.#options.url} answers ${status}: ${body}`);
    return digest;
  }

  /** Sends nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    this.#agent.destroy();
  }

  /** What was seen since the last call, and begins anew. */
  window(): ProbeWindow {
    const window = this.#window;
    this.#window = emptyWindow();
    return window;
  }

  /** What was seen since the start. */
  get total(): ProbeWindow {
    return structuredClone(this.#total);
  }

  get failures(): readonly ProbeFailure[] {
    return this.#failures;
  }

  /** When a version last answered; undefined if it never did. */
  lastAnswer(digest: string): LastAnswer | undefined {
    return this.#last.get(digest);
  }

  /** Milliseconds since a version last answered; infinite if it never did. */
  sinceLastAnswer(digest: string): number {
    return performance.now() - (this.#last.get(digest)?.at ?? Number.NEGATIVE_INFINITY);
  }

  /** Ids of the operations that were acknowledged. */
  get acknowledged(): ReadonlySet<string> {
    return this.#acknowledged;
  }

  /** Acknowledged operations that the service does not have any more: lost writes. Works after `stop` too. */
  async lost(): Promise<string[]> {
    const { body } = await this.#send("GET", "/v1/operations");
    const held = new Set((JSON.parse(body) as { ids: string[] }).ids);
    return [...this.#acknowledged].filter((id) => !held.has(id));
  }

  async #sendNext(): Promise<void> {
    const { writeEvery = 10 } = this.#options;
    this.#sent += 1;
    const isWrite = writeEvery > 0 && this.#sent % writeEvery === 0;
    const id = randomUUID();
    const [method, path] = isWrite ? ["POST", "/v1/operations"] : ["GET", "/v1/version"];
    try {
      const { status, digest, body } = await this.#send(
        method,
        path,
        isWrite ? { id, payload: { probe: this.#sent } } : undefined,
      );
      if (status < 200 || status > 299 || digest === undefined)
        return this.#fail(
          method,
          status,
          digest === undefined ? `no ${VERSION_HEADER}: ${body.slice(0, 200)}` : body.slice(0, 200),
        );
      if (isWrite) this.#acknowledged.add(id);
      for (const window of [this.#window, this.#total]) {
        window.requests += 1;
        window.answers[digest] = (window.answers[digest] ?? 0) + 1;
      }
      this.#last.set(digest, { at: performance.now(), wallClock: new Date().toISOString() });
    } catch (error) {
      this.#fail(method, 0, error instanceof Error ? error.message : String(error));
    }
  }

  #fail(method: string, status: number, message: string): void {
    for (const window of [this.#window, this.#total]) {
      window.requests += 1;
      window.failed += 1;
    }
    if (this.#failures.length < KEPT_FAILURES) this.#failures.push({ at: performance.now(), method, status, message });
  }

  /** Sends as soon as a connection is free. */
  async #send(method: string, path: string, body?: unknown): Promise<ProbeAnswer> {
    if (this.#connections >= CONNECTIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#connections += 1;
    try {
      return await this.#request(method, path, body);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#connections -= 1;
      else next();
    }
  }

  /**
   * A kept connection may be closed by its other end just as a request leaves on it, for which nobody is at fault. As clients do,
   * sends such a request on another one if that cannot do anything twice (RFC 9110, 9.2.2).
   */
  async #request(method: string, path: string, body: unknown): Promise<ProbeAnswer> {
    for (;;) {
      try {
        return await this.#exchange(method, path, body);
      } catch (error) {
        if (method !== "GET" || !(error instanceof ClosedBeforehand)) throw error;
        for (const window of [this.#window, this.#total]) window.resent += 1;
      }
    }
  }

  async #exchange(method: string, path: string, body: unknown): Promise<ProbeAnswer> {
    const { url, timeout = 5_000 } = this.#options;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${await this.#options.token()}`,
        ...(payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      },
    };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, url), options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", (error) => finish(() => reject(error)));
        response.once("end", () => {
          const digest = response.headers[VERSION_HEADER];
          finish(() =>
            resolve({
              status: response.statusCode ?? 0,
              digest: typeof digest === "string" ? digest : undefined,
              body: Buffer.concat(chunks).toString("utf8"),
            }),
          );
        });
      });
      const deadline = setTimeout(() => call.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
      const finish = (settle: () => void) => {
        clearTimeout(deadline);
        settle();
      };
      call.once("error", (error: NodeJS.ErrnoException) => {
        const isClosedBeforehand = call.reusedSocket && error.code === "ECONNRESET";
        finish(() => reject(isClosedBeforehand ? new ClosedBeforehand(error.message) : error));
      });
      call.end(payload);
    });
  }
}

/** No answer began to arrive on a connection that earlier requests had used. */
class ClosedBeforehand extends Error {}

const emptyWindow = (): ProbeWindow => ({ requests: 0, answers: {}, failed: 0, resent: 0 });

/** Percent of the good answers that one version gave. */
export function shareOf({ answers }: ProbeWindow, digest: string): number {
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : (100 * (answers[digest] ?? 0)) / total;
}
