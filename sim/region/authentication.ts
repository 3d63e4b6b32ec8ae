import { createServer } from "node:http";
import { listen } from "../listen.ts";
import type { Outside, Stoppable } from "./context.ts";

/** Where the API server asks who shows a token; inside the region's network only. */
const PORT = 6442;

/** `--authentication-token-webhook-config-file` of the API server. */
export const webhookConfig = (): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cloud", cluster: { server: `http://127.0.0.1:${PORT}/authenticate` } }],
    users: [{ name: "kube-apiserver", user: {} }],
    contexts: [{ name: "cloud", context: { cluster: "cloud", user: "kube-apiserver" } }],
    "current-context": "cloud",
  });

interface TokenReview {
  spec?: { token?: string };
}

/**
 * Answers the API server's token reviews (authentication.k8s.io/v1) with what the cluster's cloud says. Where that cannot be asked
 * the answer is 500, after which an API server asks again, five times in four seconds; an answer without a user would refuse an
 * operator for a moment's trouble.
 */
export async function serveAuthentication(outside: Outside, log: (line: string) => void): Promise<Stoppable> {
  const review = async (text: string): Promise<object> => {
    const { spec } = JSON.parse(text) as TokenReview;
    const { authenticated, username, groups } = await outside.authenticate(spec?.token ?? "");
    const status = authenticated ? { authenticated, user: { username, groups } } : { authenticated };
    return { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", status };
  };
  const server = createServer(async (request, response) => {
    const [code, answer] = await request
      .setEncoding("utf8")
      .toArray()
      .then((chunks) => review(chunks.join("")))
      .then(
        (reviewed) => [200, reviewed] as const,
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          log(`a token could not be checked: ${message}`);
          return [500, { apiVersion: "v1", kind: "Status", status: "Failure", code: 500, message }] as const;
        },
      );
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  await listen(server, { host: "127.0.0.1", port: PORT });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
