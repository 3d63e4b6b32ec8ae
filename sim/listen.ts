import type { ListenOptions, Server } from "node:net";

/**
 * Resolves once a server listens. @returns its port; 0 on a unix socket
 * @throws Error when it cannot, such as EADDRINUSE
 */
export function listen(server: Server, where: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === "object" ? bound.port : 0);
    });
  });
}

/** At a port of the system's choice that only this machine can reach. */
export const LOOPBACK: ListenOptions = { host: "127.0.0.1", port: 0 };
