import { request as send } from "node:http";
import type { Duplex } from "node:stream";
import { ASKER_HEADER } from "../internet/tunnel.ts";
import type { AddressRequest, Identity, Outside, SecretRequest } from "./context.ts";

const ANSWER_MS = 10_000;

/**
 * Client of the simulator's outside socket.
 * @param socket path; undefined for a region that was started alone, where every call is refused
 * @param cluster who asks
 */
export function outsideClient(socket: string | undefined, cluster: string): Outside {
  const ask = async <Answer>(path: string, body: object): Promise<Answer> => {
    if (socket === undefined) throw new Error(`${path} cannot be asked: the region was started without --outside`);
    return post<Answer>(socket, path, { cluster, ...body });
  };
  return {
    authenticate: (token) => ask<Identity>("/authenticate", { token }),
    addresses: async (request: AddressRequest) => (await ask<Addresses>("/addresses", request)).addresses ?? [],
    resolve: async (name) => (await ask<Addresses>("/resolve", { name })).addresses ?? [],
    secret: async (request: SecretRequest) => (await ask<{ value: string }>("/secret", request)).value,
    connect: (host, port) =>
      socket === undefined
        ? Promise.reject(new Error(`${host}:${port} cannot be reached: the region was started without --outside`))
        : connect(socket, `${host}:${port}`, cluster),
  };
}

interface Addresses {
  addresses?: string[];
}

function post<Answer>(socketPath: string, path: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(
      { socketPath, path, method: "POST", headers: { "content-type": "application/json" }, timeout: ANSWER_MS },
      async (response) => {
        const text = (
          await response
            .setEncoding("utf8")
            .toArray()
            .catch(() => [])
        ).join("");
        try {
          const answer = JSON.parse(text) as Answer & { error?: string };
          if (response.statusCode === 200) resolve(answer);
          else reject(new Error(answer.error ?? `${path}: status ${response.statusCode}`));
        } catch {
          reject(new Error(`${path}: an answer that is not JSON: ${text.slice(0, 200)}`));
        }
      },
    );
    request.once("timeout", () => request.destroy(new Error(`${path}: no answer within ${ANSWER_MS / 1000} s`)));
    request.once("error", reject);
    request.end(JSON.stringify(body));
  });
}

function connect(socketPath: string, target: string, cluster: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const headers = { [ASKER_HEADER]: cluster };
    const request = send({ socketPath, method: "CONNECT", path: target, headers, timeout: ANSWER_MS });
    request.once("connect", (response, stream, head) => {
      if (response.statusCode !== 200) {
        stream.destroy();
        reject(new Error(`${target} cannot be reached: ${response.statusMessage ?? response.statusCode}`));
        return;
      }
      stream.setTimeout(0);
      if (head.length > 0) stream.unshift(head);
      resolve(stream);
    });
    // Anything but a tunnel comes as an ordinary response.
    request.once("response", (response) => {
      response.resume();
      reject(new Error(`${target} cannot be reached: status ${response.statusCode}`));
    });
    request.once("timeout", () => request.destroy(new Error(`${target}: no answer within ${ANSWER_MS / 1000} s`)));
    request.once("error", reject);
    request.end();
  });
}
