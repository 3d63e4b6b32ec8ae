import { request as send } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect as secure, type TLSSocket } from "node:tls";
import type { Environment, RegionName } from "./environment.ts";

const ZONE = "staging.novacron.example";

/** The name that any region answers. */
export const GLOBAL_HOST = `dwcp.${ZONE}`;

export const hostOf = (region: RegionName): string => `dwcp.${region}.${ZONE}`;

/** Ports of a region's public load balancer. */
export const ENTRY_PORTS = { web: 80, websecure: 443 } as const;

export interface EntryAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface EntryRequest {
  method?: string;
  headers?: Record<string, string | number>;
  body?: string | Buffer;
  /** @default 443 */
  port?: number;
  /** Shown as bearer token. */
  token?: string;
}

/** A connection from outside to a public name, without a word spoken on it yet. @throws when nobody listens there */
export async function dial(environment: Environment, host: string, port: number): Promise<Socket> {
  const { proxyPort = 0 } = await environment.simulator();
  return new Promise((resolve, reject) => {
    send({ host: "127.0.0.1", port: proxyPort, method: "CONNECT", path: `${host}:${port}`, agent: false })
      .once("connect", ({ statusCode }, socket) => {
        if (statusCode === 200) return resolve(socket as Socket);
        socket.destroy();
        reject(new Error(`${host}:${port} is refused: ${statusCode}`));
      })
      .once("error", reject)
      .end();
  });
}

/** Shakes hands with a region's entry as a client would; trusts the simulation's public authority alone. */
export async function handshake(
  environment: Environment,
  host: string,
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = await dial(environment, host, port);
  return new Promise((resolve, reject) => {
    const tls = secure({ socket, servername: host, ca: environment.publicAuthority(), ...options }, () => resolve(tls));
    tls.once("error", (error) => {
      socket.destroy();
      reject(error);
    });
  });
}

/** One request to a public name, on a connection of its own. */
export async function ask(
  environment: Environment,
  host: string,
  path: string,
  { method = "GET", headers = {}, body, port = ENTRY_PORTS.websecure, token }: EntryRequest = {},
): Promise<EntryAnswer> {
  const isPlain = port === ENTRY_PORTS.web;
  const connection = isPlain ? await dial(environment, host, port) : await handshake(environment, host, port);
  try {
    return await new Promise((resolve, reject) => {
      const request = send({
        createConnection: () => connection,
        method,
        path,
        headers: {
          host,
          connection: "close",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
          ...headers,
        },
      });
      request.once("response", (response) => {
        text(response).then(
          (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
          reject,
        );
      });
      request.once("error", reject);
      request.end(body);
    });
  } finally {
    connection.destroy();
  }
}

/** The port's listener on the region's load balancer, or none. */
export async function listens(environment: Environment, host: string, port: number): Promise<boolean> {
  try {
    (await dial(environment, host, port)).destroy();
    return true;
  } catch {
    return false;
  }
}
