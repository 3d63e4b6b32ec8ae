import { request as send } from "node:http";
import type { Duplex } from "node:stream";

/** A request to a region's own API, or to any other HTTP server on a unix socket. */
export interface SocketRequest {
  method: string;
  /** With its query. */
  path: string;
  body?: string;
  /** Milliseconds. @default 10000 */
  timeout?: number;
}

export interface SocketAnswer {
  status: number;
  contentType: string;
  text: string;
}

const ANSWER_MS = 10_000;

/** @throws Error when nobody answers there */
export function askSocket(socketPath: string, { method, path, body, timeout = ANSWER_MS }: SocketRequest) {
  return new Promise<SocketAnswer>((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    // A connection of its own: one that was kept may be closed by the other side just as a request leaves on it.
    const request = send({ socketPath, method, path, headers, timeout, agent: false }, (response) => {
      response
        .setEncoding("utf8")
        .toArray()
        .then((chunks) => {
          const contentType = response.headers["content-type"] ?? "";
          resolve({ status: response.statusCode ?? 0, contentType, text: chunks.join("") });
        }, reject);
    });
    request.once("timeout", () =>
      request.destroy(new Error(`${method} ${path}: no answer within ${timeout / 1000} s`)),
    );
    request.once("error", reject);
    request.end(body);
  });
}

/**
 * A connection to `address:port` in the network behind a unix socket, by HTTP CONNECT.
 * @throws Error when it is refused or takes longer than 10 s
 */
export function connectThrough(
  socketPath: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const request = send({ socketPath, method: "CONNECT", path: target, headers, timeout: ANSWER_MS });
    request.once("connect", (response, stream, head) => {
      if (response.statusCode !== 200) {
        stream.destroy();
        reject(new Error(`${target}: ${response.statusMessage || response.statusCode}`));
        return;
      }
      stream.setTimeout(0);
      if (head.length > 0) stream.unshift(head);
      resolve(stream);
    });
    request.once("response", (response) => {
      response.resume();
      reject(new Error(`${target}: status ${response.statusCode}`));
    });
    request.once("timeout", () => request.destroy(new Error(`${target}: no answer within ${ANSWER_MS / 1000} s`)));
    request.once("error", reject);
    request.end();
  });
}
