import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Histogram, Registry } from "prom-client";
import { ENVIRONMENT, METRICS, PEER_PATH, PORTS, PROBES, VERSION_HEADER } from "../k8s/contract.ts";
import type { RoleContext, RunningRole } from "./role.ts";

export interface Answer {
  status: number;
  /** Sent as JSON, text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export type Handler = (request: IncomingMessage, url: URL) => Promise<Answer> | Answer;

export interface ServiceOptions {
  /** What the role answers beside its probes. Errors that it throws are answered with 500. */
  handle: Handler;
  /** Metrics of the role itself, beside those of its requests. */
  registry?: Registry;
  /** Whether the role wants requests, faults apart. @default always */
  ready?: () => boolean;
  /** Least time that an answer takes by itself for the fault `slowness`, which multiplies it. @default 5 */
  usualMilliseconds?: number;
  /** Called when the role ends, before its servers do. */
  onStop?: () => Promise<void> | void;
}

/** NovaCron's own buckets: 1 ms · 2^0..14. */
const LATENCY_BUCKETS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

/** How long a role that ends keeps telling its callers to close their connections before it closes what is left. */
const DRAIN_MS = 2_000;

/** How long requests that are under way then may still take. */
const LAST_REQUESTS_MS = 5_000;

/**
 * Serves a role: its requests and probes on the HTTP port, its metrics on the metrics port. Every answer names the digest.
 * Applies the faults that are wanted. A graceful end answers what comes in while connections drain, so none is lost.
 */
export async function serveRole(context: RoleContext, options: ServiceOptions): Promise<RunningRole> {
  const { handle, registry = new Registry(), ready = () => true, usualMilliseconds = 5, onStop } = options;
  const requests = new Counter({
    name: METRICS.requests,
    help: "Finished HTTP requests",
    labelNames: ["code"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: METRICS.duration,
    help: "Time of an HTTP request in seconds",
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  const digest = context.env[ENVIRONMENT.digest] ?? "unknown";
  let draining = false;

  const main = createServer((request, response) => {
    response.setHeader(VERSION_HEADER, digest);
    if (draining) response.setHeader("connection", "close");
    const url = new URL(request.url ?? "/", "http://localhost");
    const faults = context.faults();
    if (url.pathname === PROBES.live) return answer(response, { status: 200, body: "alive" });
    if (url.pathname === PROBES.ready) {
      const wants = ready() && !draining && faults.unready !== true;
      return answer(response, { status: wants ? 200 : 503, body: wants ? "ready" : "not ready" });
    }
    const started = performance.now();
    void respond(request, url).then((result) => {
      answer(response, result);
      // Other regions' questions are no client's: they would be requests of a canary that nobody else calls.
      if (url.pathname === PEER_PATH) return;
      requests.inc({ code: String(result.status) });
      duration.observe((performance.now() - started) / 1000);
    });
  });

  async function respond(request: IncomingMessage, url: URL): Promise<Answer> {
    const { delayMilliseconds = 0, slowness = 1 } = context.faults();
    const began = performance.now();
    const answer = await prompt(request, url);
    // So many times as long as it took, which on a busy machine may be more than usual.
    const took = performance.now() - began;
    const wait = delayMilliseconds + (slowness > 1 ? slowness * Math.max(took, usualMilliseconds) - took : 0);
    if (wait > 0) await sleep(wait);
    return answer;
  }

  async function prompt(request: IncomingMessage, url: URL): Promise<Answer> {
    const { errorShare = 0, garbage } = context.faults();
    if (garbage)
      return { status: 200, body: "<html><body>It works!</body></html>", headers: { "content-type": "text/html" } };
    if (errorShare > 0 && Math.random() < errorShare)
      return { status: 500, body: { error: "a fault that was asked for" } };
    try {
      return await handle(request, url);
    } catch (error) {
      context.log(`${request.method} ${url.pathname}: ${error instanceof Error ? error.message : error}`);
      return { status: 500, body: { error: "internal error" } };
    }
  }

  const metrics = createServer((request, response) => {
    if (request.url !== "/metrics") return answer(response, { status: 404, body: "only /metrics is here" });
    const { noMetrics, garbage } = context.faults();
    if (noMetrics) return answer(response, { status: 503, body: "no metrics" });
    if (garbage)
      return answer(response, { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } });
    void registry
      .metrics()
      .then((text) => answer(response, { status: 200, body: text, headers: { "content-type": registry.contentType } }));
  });

  // Node takes a connection on which nothing was ever asked for one that has a request under way.
  const unused = new Set<Socket>();
  main.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  main.on("request", ({ socket }) => unused.delete(socket));

  // Longer than Traefik keeps an idle connection, so that the end of one is always Traefik's choice.
  main.keepAliveTimeout = 120_000;
  await Promise.all([listen(main, PORTS.http, context.address), listen(metrics, PORTS.metrics, context.address)]);
  const ended = Promise.withResolvers<number>();
  return {
    ended: ended.promise,
    stop: async () => {
      draining = true;
      await onStop?.();
      // Still listening: whoever has not heard of the end yet is answered, and told to close the connection.
      await sleep(DRAIN_MS);
      const closed = Promise.all([close(main), close(metrics)]);
      for (const socket of unused) socket.destroy();
      await Promise.race([closed, sleep(LAST_REQUESTS_MS)]);
      main.closeAllConnections();
      metrics.closeAllConnections();
      await closed;
      ended.resolve(0);
    },
    kill: () => {
      for (const server of [main, metrics]) {
        server.close();
        server.closeAllConnections();
      }
      void onStop?.();
      ended.resolve(137);
    },
  };
}

/** The body of a request as JSON. @throws Error when it is none or above 1 MiB */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > 2 ** 20) throw new Error("the body is larger than 1 MiB");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function answer(response: ServerResponse, { status, body = "", headers = {} }: Answer): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => resolve());
  });
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
