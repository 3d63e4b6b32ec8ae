import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { z } from "zod";
import { listen } from "../listen.ts";
import { Failure, type Route, route } from "../route.ts";
import type { Region } from "./region.ts";
import { CONTROL_PLANE, type RegionSpec } from "./spec.ts";

const selector = z.strictObject({
  namespace: z.string().optional(),
  pod: z.string().optional(),
  service: z.string().optional(),
  digest: z.string().optional(),
});

const faults = z.strictObject({
  errorShare: z.number().min(0).max(1).optional(),
  delayMilliseconds: z.number().min(0).optional(),
  slowness: z.number().positive().optional(),
  unready: z.boolean().optional(),
  noMetrics: z.boolean().optional(),
  garbage: z.boolean().optional(),
});

const pool = z.strictObject({
  name: z.string().min(1),
  nodes: z.record(z.string(), z.int().min(0)),
  instanceType: z.string(),
  labels: z.record(z.string(), z.string()),
  taints: z.array(z.strictObject({ key: z.string(), value: z.string(), effect: z.string() })),
  cpus: z.number().positive(),
  memoryGiB: z.number().positive(),
});

const spec = z.strictObject({
  cluster: z.string(),
  cloud: z.enum(["aws", "azure", "gcp"]),
  location: z.string(),
  serviceRange: z.string(),
  podRange: z.string(),
  nodeRange: z.string(),
  serverNames: z.array(z.string()),
  serviceAccountIssuer: z.string(),
  pools: z.array(pool),
});

const nothing = z.unknown();

/** The name is the part of the path that `:name` stands for. */
type Routes = Record<string, Route<[name: string]>>;

const routesOf = (region: Region): Routes => ({
  "GET /status": route(nothing, () => region.status()),
  "GET /processes": route(nothing, () => region.status().processes),
  "PUT /spec": route(spec, (wanted) => region.setSpec(wanted satisfies RegionSpec)),
  "POST /stop": route(nothing, () => region.stopSoon()),
  "POST /processes/:name/stop": route(nothing, (_, name) => controlPlaneProcess(region, name).stop()),
  "POST /processes/:name/start": route(nothing, (_, name) => controlPlaneProcess(region, name).start()),
  "POST /kill": route(z.strictObject({ name: z.string() }), ({ name }) => region.process(name).kill()),
  "POST /nodes/:name/stop": route(nothing, (_, name) => region.setNodePower(name, false)),
  "POST /nodes/:name/start": route(nothing, (_, name) => region.setNodePower(name, true)),
  "POST /faults": route(selector.extend({ faults }), ({ faults, ...meant }) =>
    region.pods().setFaults(withoutUndefined(meant), withoutUndefined(faults)),
  ),
  "DELETE /faults": route(nothing, () => region.pods().clearFaults()),
  "POST /crash": route(selector, (meant) => ({ pods: region.pods().crash(withoutUndefined(meant)) })),
});

function controlPlaneProcess(region: Region, name: string) {
  if (!CONTROL_PLANE.some((known) => known === name))
    throw new Failure(404, `'${name}' is no process that can be stopped; there are ${CONTROL_PLANE.join(", ")}`);
  return region.process(name);
}

/**
 * The region's own API on a unix socket that its user alone can open: status, spec, processes, faults; and HTTP
 * CONNECT to any `address:port` of the region's network, the only way in. Text is answered as text, all else as JSON;
 * refusals as `{ error }`.
 */
export async function serveControl(region: Region, socket: string): Promise<Server> {
  const routes = routesOf(region);
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(routes, request).then(
      (result) => [200, result ?? {}] as const,
      (error: unknown) =>
        [
          error instanceof Failure ? error.status : 500,
          { error: error instanceof Error ? error.message : error },
        ] as const,
    );
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/plain; charset=utf-8" : "application/json" });
    response.end(isText ? body : JSON.stringify(body));
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) =>
    tunnel(region, request.url ?? "", client, head),
  );
  await listen(server, { path: socket });
  return server;
}

async function answer(routes: Routes, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://region");
  const [, first = "", second, third] = url.pathname.split("/");
  const path = third === undefined ? url.pathname : `/${first}/:name/${third}`;
  const found = routes[`${request.method} ${path}`];
  if (found === undefined)
    throw new Failure(
      404,
      `no such request: ${request.method} ${url.pathname}; there are ${Object.keys(routes).join(", ")}`,
    );
  const body = request.method === "GET" ? Object.fromEntries(url.searchParams) : await bodyOf(request);
  const parsed = found.schema.safeParse(body);
  if (!parsed.success) throw new Failure(400, z.prettifyError(parsed.error));
  return found.run(parsed.data, decodeURIComponent(second ?? ""));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await request.setEncoding("utf8").toArray()).join("");
  try {
    return JSON.parse(text || "{}");
  } catch {
    throw new Failure(400, "the body is not JSON");
  }
}

/** Joins the caller to an address inside. Each side may go on sending after the other has said its last. */
function tunnel(region: Region, target: string, client: Duplex, head: Buffer): void {
  const [, host = "", port = ""] = /^\[?([^\]]+)\]?:(\d+)$/.exec(target) ?? [];
  client.on("error", () => client.destroy());
  if (host === "" || Number(port) > 65535) {
    client.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    return;
  }
  if (!region.admits(host, Number(port))) {
    client.end("HTTP/1.1 502 ECONNREFUSED\r\n\r\n");
    return;
  }
  const inside = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  let isOpen = false;
  inside.once("connect", () => {
    isOpen = true;
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) inside.write(head);
    inside.pipe(client);
    client.pipe(inside);
  });
  inside.on("error", (error: NodeJS.ErrnoException) => {
    if (isOpen) client.destroy();
    else client.end(`HTTP/1.1 502 ${error.code ?? "Bad Gateway"}\r\n\r\n`);
  });
  client.once("close", () => inside.destroy());
}

type Defined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

/** Options are left out, never undefined. */
const withoutUndefined = <Shape extends object>(shape: Shape): Defined<Shape> =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Defined<Shape>;
