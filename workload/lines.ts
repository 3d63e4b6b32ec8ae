import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/**
 * Hears each line that a socket receives. A connection that is reset only ends them: readline tells its input's error again,
 * and an error that nobody listens for would end the process, which here is the whole simulated region.
 */
export function onLine(socket: Socket, hear: (line: string) => void): void {
  createInterface({ input: socket })
    .on("line", hear)
    .on("error", () => {});
}
