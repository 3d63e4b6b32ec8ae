import { createServer } from "node:net";

/** Below those that Linux gives to outgoing connections and to `listen(0)`, one of which would take it before it is used. */
const [FIRST, COUNT] = [20_000, 12_000];

/** A loopback port on which nothing listens, for a server that has to be told one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
