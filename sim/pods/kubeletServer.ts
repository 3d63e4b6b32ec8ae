import { createServer } from "node:https";
import { listen } from "../listen.ts";
import type { Stoppable } from "../region/context.ts";
import type { LogLine, Logs } from "./logs.ts";

/** Where API servers look for a node's kubelet. */
const KUBELET_PORT = 10250;

/**
 * Answers what an API server asks the kubelet of a node, on every node's address: the logs of a container, so that
 * `kubectl logs` works. Only the region itself can reach it.
 * @param tls any certificate will do: an API server that was given no authority for kubelets checks none
 */
export async function serveKubelet(logs: Logs, tls: { cert: string; key: string }): Promise<Stoppable> {
  const server = createServer(tls, (request, response) => {
    const url = new URL(request.url ?? "/", "https://kubelet");
    const [, route, namespace = "", pod = "", container = ""] = url.pathname.split("/");
    if (request.method !== "GET" || route !== "containerLogs") {
      response.statusCode = 404;
      response.end("a simulated node has logs only: there is no process to enter\n");
      return;
    }
    const tail = url.searchParams.get("tailLines");
    const withTimes = url.searchParams.get("timestamps") === "true";
    const source = { namespace, pod, container };
    const write = ({ time, text }: LogLine): boolean => response.write(`${withTimes ? `${time} ` : ""}${text}\n`);
    response.setHeader("content-type", "text/plain");
    for (const line of logs.lines(source, tail === null ? undefined : Number(tail))) write(line);
    if (url.searchParams.get("follow") !== "true") {
      response.end();
      return;
    }
    response.flushHeaders();
    response.once("close", logs.follow(source, write));
  });
  await listen(server, { host: "0.0.0.0", port: KUBELET_PORT });
  return {
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
