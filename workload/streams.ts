import { createServer, type Socket } from "node:net";
import { PORTS } from "../k8s/contract.ts";
import { onLine } from "./lines.ts";
import type { RoleContext } from "./role.ts";

/** How long a session has to resume elsewhere after it was asked to. */
const RESUME_MS = 5_000;

const DRAIN = `${JSON.stringify({ drain: true })}\n`;

export interface Streams {
  /** Asks every session to resume elsewhere and waits until they are gone, at most RESUME_MS. */
  drain: () => Promise<void>;
  /** Breaks every session. */
  destroy: () => void;
}

/**
 * Serves DWCP's long streams: JSON lines {sequence} are answered by {acknowledged}. Weights do not move open streams, so a
 * pod that ends sends {"drain":true}, and the session resumes with a new one from where it was acknowledged.
 */
export async function serveStreams(context: RoleContext, onCount: (open: number) => void): Promise<Streams> {
  const sockets = new Set<Socket>();
  let draining = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    // Whoever was sent here a moment ago must not have to wait for a break.
    if (draining) socket.write(DRAIN);
    onCount(sockets.size);
    socket.once("close", () => {
      sockets.delete(socket);
      onCount(sockets.size);
    });
    socket.once("error", () => socket.destroy());
    onLine(socket, (line) => {
      const sequence = sequenceOf(line);
      if (sequence === undefined) socket.destroy();
      else socket.write(`${JSON.stringify({ acknowledged: sequence })}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORTS.stream, context.address, () => resolve());
  });
  const destroy = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    destroy,
    drain: async () => {
      draining = true;
      for (const socket of sockets) socket.write(DRAIN);
      const deadline = performance.now() + RESUME_MS;
      while (sockets.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      destroy();
    },
  };
}

function sequenceOf(line: string): number | undefined {
  try {
    const { sequence } = JSON.parse(line) as { sequence?: unknown };
    return typeof sequence === "number" ? sequence : undefined;
  } catch {
    return undefined;
  }
}
