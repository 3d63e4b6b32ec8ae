import { connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Where a connection may go. */
export interface Target {
  address: string;
  port: number;
}

/** An endpoint on this machine answers at once or not at all. */
const CONNECT_MS = 1_000;

/**
 * Listens on an address and port and joins each connection with one of the targets of that moment, in turn. A target that
 * refuses is passed over; connections that are there stay until one of their ends closes them, whatever becomes of the
 * targets, so that a pod that ends gracefully finishes what it has begun.
 * @throws Error when the address is taken or not of this machine
 */
export async function forward(address: string, port: number, targets: () => readonly Target[]): Promise<Forwarder> {
  let turn = Math.floor(Math.random() * 1_000);
  return listen(address, port, async (): Promise<Duplex | undefined> => {
    const candidates = targets();
    turn += 1;
    for (let i = 0; i < candidates.length; i++) {
      const target = candidates[(turn + i) % candidates.length];
      const socket = target === undefined ? undefined : await open(target);
      if (socket !== undefined) return socket;
    }
    return undefined;
  });
}

/** Listens on an address and port and joins each connection with what `dial` gives; refuses it when that is nothing. */
export async function listen(
  address: string,
  port: number,
  dial: () => Promise<Duplex | undefined>,
): Promise<Forwarder> {
  const open = new Set<Socket>();
  // Half-open: one end may finish sending and still wait for its answer.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    client.on("error", () => client.destroy());
    void dial().then((upstream) => {
      if (upstream === undefined) return client.resetAndDestroy();
      if (client.destroyed) return upstream.destroy();
      join(client, upstream);
      return undefined;
    });
  });
  await bind(server, address, port);
  return {
    stop: () => {
      server.close();
      for (const client of open) client.destroy();
    },
  };
}

export interface Forwarder {
  /** Takes no more connections and breaks those that are there. */
  stop: () => void;
}

function bind(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, backlog: 1024 }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function open({ address, port }: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const deadline = setTimeout(() => socket.destroy(new Error("no connection in time")), CONNECT_MS);
    socket.once("connect", () => {
      clearTimeout(deadline);
      resolve(socket);
    });
    socket.once("error", () => {
      clearTimeout(deadline);
      resolve(undefined);
    });
  });
}

/** Passes bytes and ends both ways; a break of one side breaks the other. */
function join(client: Socket, upstream: Duplex): void {
  upstream.on("error", () => client.resetAndDestroy());
  client.once("close", () => upstream.destroy());
  upstream.once("close", () => {
    // Closed in good order only after its last bytes were passed on.
    if (!upstream.readableEnded) client.destroy();
  });
  client.pipe(upstream);
  upstream.pipe(client);
}
