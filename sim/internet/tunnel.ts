import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { LOOPBACK, listen } from "../listen.ts";
import { NoRoute } from "./internet.ts";

/** Makes a connection to a name or address and port. `asker` is the cluster from whose network, where that is said. */
export type Dial = (host: string, port: number, asker?: string) => Promise<Duplex>;

/** Header of a CONNECT request by which a region says which cluster it is. */
export const ASKER_HEADER = "x-cluster";

/** Handles HTTP CONNECT of a server: joins the caller to whatever `dial` connects to. */
export function serveTunnels(server: Server, dial: Dial): void {
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const asker = request.headers[ASKER_HEADER];
    void join(request.url ?? "", client, head, (host, port) =>
      dial(host, port, typeof asker === "string" ? asker : undefined),
    );
  });
}

async function join(target: string, client: Duplex, head: Buffer, dial: Dial): Promise<void> {
  client.on("error", () => client.destroy());
  const [, host = "", port = ""] = /^([^:]+):(\d+)$/.exec(target) ?? [];
  if (host === "" || Number(port) > 65_535) {
    client.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    return;
  }
  try {
    const server = await dial(host, Number(port));
    if (client.destroyed) {
      server.destroy();
      return;
    }
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) server.write(head);
    server.on("error", () => client.destroy());
    client.once("close", () => server.destroy());
    server.once("close", () => client.destroy());
    server.pipe(client);
    client.pipe(server);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/[^\x20-\x7e]+/g, " ");
    client.end(`HTTP/1.1 ${error instanceof NoRoute ? 404 : 502} ${reason}\r\n\r\n`);
  }
}

/** A proxy on a loopback port, by which people and their tools reach the simulated internet: `HTTPS_PROXY`. */
export async function serveProxy(dial: Dial): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => {
    response.writeHead(405, { "content-type": "text/plain" });
    response.end("This proxy takes CONNECT alone, and leads to the simulated clouds alone.\n");
  });
  serveTunnels(server, dial);
  return { server, port: await listen(server, LOOPBACK) };
}
