import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type ClusterControl, clusterRoutes, passToRegion } from "./controlClusters.ts";
import { type Faults, faultSchema } from "./faults.ts";
import { LOOPBACK, listen } from "./listen.ts";
import { cloudNetworks, stackOf } from "./mesh.ts";
import { meshStatus, reachable } from "./network/oracle.ts";
import { Failure, type Route, route, Verbatim } from "./route.ts";
import { ProviderError } from "./server/simulator.ts";
import type { Properties } from "./service.ts";
import type { Store, StoredResource } from "./store.ts";

/** A resource as the simulator shows it to operators: no inputs or state, which may hold keys. */
export interface InventoryEntry {
  package: string;
  type: string;
  id: string;
  region: string;
  urn: string;
  sequence: number;
}

const address = z.strictObject({ package: z.string(), type: z.string(), id: z.string() });

const loss = z.union([
  z.strictObject({ tunnel: z.string() }),
  z.strictObject({ gateway: z.string(), instance: z.int() }),
  z.strictObject({ region: z.string() }),
]);

export interface ControlOptions {
  store: Store;
  faults: Faults;
  /** Bearer token that callers must show. */
  token: string;
  /** Deletes a resource as the cloud's API would, which refuses while others need it. */
  remove: (resource: StoredResource) => Promise<void>;
  stop: () => void;
  /** Has the control planes follow a changed resource. */
  settle: (type: string) => Promise<void>;
  /** Undefined where clusters have no control planes. */
  clusters: ClusterControl | undefined;
}

/**
 * The simulator's own API, for `novactl sim`, `novactl mesh` and tests: what exists, faults, changes behind Pulumi's back,
 * the state of the mesh. Listens on loopback and asks for a token that only the user can read.
 */
export async function serveControl(options: ControlOptions): Promise<{ server: Server; port: number }> {
  const table = routes(options);
  const server = createServer((request, response) => {
    handle(options, table, request).then(
      (body) => answer(response, 200, body),
      (error: unknown) =>
        answer(response, error instanceof Failure ? error.status : 500, {
          error: error instanceof Error ? error.message : String(error),
        }),
    );
  });
  return { server, port: await listen(server, LOOPBACK) };
}

function routes({ store, faults, remove, stop, settle, clusters }: ControlOptions): Record<string, Route> {
  const ofStack = (name: string | undefined) =>
    store.all().filter((resource) => name === undefined || stackOf(resource) === name);
  const existing = ({ package: name, type, id }: z.output<typeof address>): StoredResource => {
    const [resource] = store.withId(name, type, id);
    if (resource === undefined) throw new Failure(404, `the simulator holds no ${type} '${id}'`);
    return resource;
  };
  return {
    ...(clusters === undefined ? {} : clusterRoutes(clusters, store)),
    "GET /inventory": route(z.strictObject({ stack: z.string().optional() }), ({ stack }) =>
      ofStack(stack).map(inventoryEntry),
    ),
    "GET /status": route(z.strictObject({}), () => ({
      resources: store.all().length,
      faults: faults.list().length,
      clusters: clusters !== undefined,
      delayed: faults.delayed,
    })),
    "GET /faults": route(z.strictObject({}), () => faults.list()),
    "POST /faults": route(faultSchema, (fault) => {
      faults.add(fault);
      return faults.list();
    }),
    "DELETE /faults": route(z.strictObject({}), () => {
      faults.clear();
      return [];
    }),
    "POST /change": route(
      address.extend({ property: z.string().min(1), value: z.unknown() }),
      async ({ property, value, ...wanted }) => {
        const resource = existing(wanted);
        const { inputs, state } = changed(resource, property.split("."), value);
        const after = inventoryEntry(store.change(resource, inputs, state));
        await settle(resource.type);
        return after;
      },
    ),
    "POST /remove": route(address, async (wanted) => {
      try {
        await remove(existing(wanted));
      } catch (error) {
        throw error instanceof ProviderError ? new Failure(409, error.message) : error;
      }
      return {};
    }),
    "POST /find": route(
      z.strictObject({ stack: z.string(), type: z.string(), inputs: z.record(z.string(), z.unknown()) }),
      ({ stack, type, inputs }) =>
        ofStack(stack)
          .filter((resource) => resource.type === type && isDeepStrictEqual(resource.inputs, inputs))
          .map(inventoryEntry),
    ),
    "POST /mesh": route(
      z.strictObject({
        stack: z.string(),
        losses: z.array(loss).default([]),
        reach: z.tuple([z.string(), z.string()]).optional(),
      }),
      ({ stack, losses, reach }) => {
        const status = meshStatus(cloudNetworks(ofStack(stack)), losses);
        return reach === undefined ? status : { ...status, reach: reachable(status, ...reach) };
      },
    ),
    "POST /stop": route(z.strictObject({}), () => {
      // Once the answer has left.
      setTimeout(stop, 20);
      return {};
    }),
  };
}

async function handle(
  options: ControlOptions,
  table: Record<string, Route>,
  request: IncomingMessage,
): Promise<unknown> {
  if (!sameToken(request.headers.authorization, `Bearer ${options.token}`))
    throw new Failure(401, "wrong or missing token");
  const url = new URL(request.url ?? "/", "http://localhost");
  const text = await textOf(request);
  const passed =
    options.clusters &&
    (await passToRegion(options.clusters.clusters, {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      body: text,
    }));
  if (passed !== undefined) return passed;
  const wanted = `${request.method} ${url.pathname}`;
  const found = table[wanted];
  if (found === undefined)
    throw new Failure(404, `${missing(url.pathname, options)}: ${wanted}; there are ${Object.keys(table).join(", ")}`);
  const parsed = found.schema.safeParse(
    request.method === "POST" ? bodyOf(text) : Object.fromEntries(url.searchParams),
  );
  if (!parsed.success) throw new Failure(400, z.prettifyError(parsed.error));
  return found.run(parsed.data);
}

/** A resource with one property changed behind Pulumi's back. The path may go into objects and lists: `tags.owner`, `ingress.0.cidrBlocks`. */
function changed(resource: StoredResource, path: string[], value: unknown): { inputs: Properties; state: Properties } {
  const top = path[0] ?? "";
  const isInput = top in resource.inputs || !(top in resource.state);
  return {
    state: withValue(resource.state, path, value),
    inputs: isInput ? withValue(resource.inputs, path, value) : resource.inputs,
  };
}

function withValue(target: Properties, [key = "", ...rest]: string[], value: unknown): Properties {
  const copy: unknown = structuredClone(target);
  const holder = copy as Record<string, unknown>;
  if (rest.length > 0) holder[key] = withValue((holder[key] ?? {}) as Properties, rest, value);
  else if (value === undefined || value === null) delete holder[key];
  else holder[key] = value;
  return holder;
}

const inventoryEntry = ({ package: name, type, id, region, urn, sequence }: StoredResource): InventoryEntry => ({
  package: name,
  type,
  id,
  region,
  urn,
  sequence,
});

function answer(response: ServerResponse, status: number, body: unknown): void {
  const plain =
    body instanceof Verbatim ? body : { status, contentType: "application/json", text: JSON.stringify(body) };
  response.writeHead(plain.status, { "content-type": plain.contentType });
  response.end(plain.text);
}

/** Requests about clusters are unknown where there are none. */
const missing = (path: string, { clusters }: ControlOptions): string =>
  clusters === undefined && /^\/(regions\/.*|clusters|credential|token|rotate-keys|resolve|secrets)$/.test(path)
    ? "the simulator runs without clusters (--no-clusters), so there is no such request"
    : "no such request";

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return undefined;
  }
}

function sameToken(shown: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(shown ?? ""), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
