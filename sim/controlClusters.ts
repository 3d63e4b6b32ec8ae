import { z } from "zod";
import type { Clusters } from "./clusters.ts";
import { answerCall, callSchema } from "./credentials.ts";
import { type IdentityProvider, tokenSchema } from "./internet/identityProvider.ts";
import type { Internet } from "./internet/internet.ts";
import { Failure, type Route, route, Verbatim } from "./route.ts";
import type { SecretValues } from "./secretValues.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";
import { askSocket } from "./unixSocket.ts";

/** What the simulator's own API needs to answer for its clusters. */
export interface ClusterControl {
  clusters: Clusters;
  tokens: Tokens;
  identity: IdentityProvider;
  internet: Internet;
  secrets: SecretValues;
}

/** Some of a region's own requests wait for all its nodes to be made. */
const PASS_ON_MS = 60_000;

/** Requests about clusters, tokens and the internet of the simulation. */
export const clusterRoutes = (
  { clusters, tokens, identity, internet, secrets }: ClusterControl,
  store: Store,
): Record<string, Route> => ({
  "GET /clusters": route(z.strictObject({}), () => clusters.status()),
  "POST /credential": route(callSchema, (call) => answerCall(call, { clusters: clusters.list(), store, tokens })),
  "POST /token": route(tokenSchema, async (request) => ({ token: await identity.token(request) })),
  "POST /rotate-keys": route(z.strictObject({}), async () => ({ keys: await identity.rotate() })),
  "POST /resolve": route(z.strictObject({ name: z.string() }), ({ name }) => ({ addresses: internet.resolve(name) })),
  "GET /secrets": route(z.strictObject({}), () => secrets.list()),
  "POST /secrets": route(z.strictObject({ path: z.string().min(1), value: z.string() }), ({ path, value }) => {
    if (!secrets.list().includes(path))
      throw new Failure(
        404,
        `nobody has read a secret '${path}' yet; there are ${secrets.list().join(", ") || "none"}`,
      );
    secrets.set(path, value);
    return {};
  }),
});

/** What `/regions/<region or cluster>/…` is followed by, or undefined for another path. */
const REGION_PATH = /^\/regions\/([^/]+)(\/.+)$/;

/** Passes a request to `/regions/<region or cluster>/<path>` on to the region's own API; undefined for other paths. */
export async function passToRegion(
  clusters: Clusters,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<Verbatim | undefined> {
  const [, name, rest = ""] = REGION_PATH.exec(path) ?? [];
  if (name === undefined) return undefined;
  const { spec, region } = found(clusters, decodeURIComponent(name));
  try {
    const request = { method, path: rest, timeout: PASS_ON_MS, ...(body === "" ? {} : { body }) };
    return new Verbatim(await askSocket(clusters.socketOf(spec.cluster), request));
  } catch (error) {
    throw new Failure(503, `region ${region} does not answer: ${error instanceof Error ? error.message : error}`);
  }
}

function found(clusters: Clusters, name: string) {
  try {
    return clusters.find(name);
  } catch (error) {
    throw new Failure(404, error instanceof Error ? error.message : String(error));
  }
}
