import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { z } from "zod";
import type { CertificateAuthority } from "./certificateAuthority.ts";
import { STRANGER } from "./clouds/cluster.ts";
import type { Clusters } from "./clusters.ts";
import type { Internet } from "./internet/internet.ts";
import type { PublicNames } from "./internet/names.ts";
import { signingSchema } from "./internet/publicAuthority.ts";
import { serveTunnels } from "./internet/tunnel.ts";
import { listen } from "./listen.ts";
import type { LoadBalancerAddresses } from "./loadBalancerAddresses.ts";
import { type Route, route } from "./route.ts";
import { type SecretValues, secretSchema } from "./secretValues.ts";
import type { Tokens } from "./tokens.ts";

export interface OutsideOptions {
  clusters: Pick<Clusters, "find">;
  tokens: Tokens;
  addresses: LoadBalancerAddresses;
  secrets: SecretValues;
  names: PublicNames;
  internet: Internet;
  authority: CertificateAuthority;
}

const asker = { cluster: z.string() };

function routesOf({
  clusters,
  tokens,
  addresses,
  secrets,
  names,
  internet,
  authority,
}: OutsideOptions): Record<string, Route> {
  return {
    "/authenticate": route(z.object({ ...asker, token: z.string() }), ({ cluster, token }) => {
      const claims = tokens.read(token);
      return claims === undefined ? STRANGER : clusters.find(cluster).identify(claims);
    }),
    "/addresses": route(
      z.object({
        ...asker,
        annotations: z.record(z.string(), z.string()).default({}),
        loadBalancerIP: z.string().optional(),
      }),
      ({ cluster, annotations, loadBalancerIP }) => ({
        addresses: addresses.give(clusters.find(cluster), {
          annotations,
          ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
        }),
      }),
    ),
    "/resolve": route(z.object({ ...asker, name: z.string() }), ({ cluster, name }) => {
      const found = internet.resolve(name, clusters.find(cluster).spec.location);
      return found.length === 0 ? {} : { addresses: found };
    }),
    "/secret": route(secretSchema.extend(asker), ({ cluster, ...request }) => ({
      value: secrets.read(clusters.find(cluster), request),
    })),
    "/sign-certificate": route(signingSchema.extend(asker), async ({ cluster, ...request }) => {
      clusters.find(cluster);
      const foreign = request.names.find((name) => !names.isOwned(name.replace(/^\*\./, "")));
      if (foreign !== undefined)
        throw new Error(`${foreign}: the challenge fails, for no public zone of Route 53 holds the name`);
      return { certificate: await authority.sign(request), authority: authority.certificate };
    }),
  };
}

/**
 * What regions find outside of themselves, on a unix socket: who shows a token, addresses of load balancers, public names,
 * secrets, certificates; and by HTTP CONNECT every server of the simulated internet, and other regions' private addresses as far as
 * the mesh reaches. Refusals are `{ error }`.
 */
export async function serveOutside(socket: string, options: OutsideOptions): Promise<Server> {
  const routes = routesOf(options);
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(routes[request.url ?? ""], request).then(
      (result) => [200, result] as const,
      (error: unknown) => [error instanceof z.ZodError ? 400 : 409, { error: wording(error) }] as const,
    );
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  serveTunnels(server, (host, port, asker) => options.internet.dial(host, port, asker));
  rmSync(socket, { force: true });
  await listen(server, { path: socket });
  return server;
}

async function answer(found: Route | undefined, request: AsyncIterable<Buffer> & { url?: string | undefined }) {
  if (found === undefined) throw new Error(`no such request: ${request.url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return found.run(found.schema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}")));
}

const wording = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
