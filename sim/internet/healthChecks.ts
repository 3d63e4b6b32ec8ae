import { request } from "node:http";
import { connect as connectTls } from "node:tls";
import { healthCheck } from "../clouds/aws/route53.ts";
import type { Store } from "../store.ts";
import type { Dial } from "./tunnel.ts";

interface Check {
  type: string;
  fqdn?: string;
  ipAddress?: string;
  port?: number;
  resourcePath?: string;
  requestInterval: number;
  failureThreshold: number;
  disabled?: boolean;
  invertHealthcheck?: boolean;
  childHealthchecks?: string[];
  childHealthThreshold?: number;
}

interface Standing {
  isHealthy: boolean;
  /** Answers in a row that say otherwise. */
  against: number;
  /** When it is asked next, in milliseconds since 1970. */
  due: number;
}

/** Route 53 gives an endpoint four seconds to connect and two more to answer. */
const ANSWER_MS = 6000;
const TICK_MS = 1000;

/**
 * Asks the endpoints of Route 53's health checks as it does: every `requestInterval` seconds of real time, and an answer
 * counts once `failureThreshold` in a row agree. A check that nobody has decided on yet is healthy.
 */
export class HealthChecks {
  readonly #store: Store;
  readonly #standings = new Map<string, Standing>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  start(dial: Dial): void {
    this.#timer = setInterval(() => this.#tick(dial), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  isHealthy(id: string): boolean {
    const check = this.#checks().find((candidate) => candidate.id === id)?.state;
    // A record whose check was deleted is never answered with while there are others.
    if (check === undefined) return false;
    if (check.disabled === true) return true;
    const isHealthy =
      check.type === "CALCULATED"
        ? (check.childHealthchecks ?? []).filter((child) => this.isHealthy(child)).length >=
          (check.childHealthThreshold ?? 1)
        : (this.#standings.get(id)?.isHealthy ?? true);
    return isHealthy !== (check.invertHealthcheck ?? false);
  }

  #checks(): { id: string; state: Check }[] {
    return this.#store.all().filter(({ type }) => type === healthCheck.type) as unknown as {
      id: string;
      state: Check;
    }[];
  }

  #tick(dial: Dial): void {
    const now = Date.now();
    for (const { id, state } of this.#checks()) {
      if (!/^(HTTP|TCP)/.test(state.type) || state.disabled === true) continue;
      const standing = this.#standings.get(id) ?? { isHealthy: true, against: 0, due: 0 };
      this.#standings.set(id, standing);
      if (now < standing.due) continue;
      standing.due = now + state.requestInterval * 1000;
      void passes(state, dial).then((passed) => {
        standing.against = passed === standing.isHealthy ? 0 : standing.against + 1;
        if (standing.against < state.failureThreshold) return;
        standing.isHealthy = passed;
        standing.against = 0;
      });
    }
  }
}

/** One request: HTTP answers of 2xx and 3xx pass. Certificates are not looked at, as Route 53 does not. */
async function passes({ type, fqdn, ipAddress, port, resourcePath = "/" }: Check, dial: Dial): Promise<boolean> {
  try {
    const host = ipAddress ?? fqdn ?? "";
    const overTls = type.startsWith("HTTPS");
    const stream = await dial(host, port ?? (overTls ? 443 : 80));
    stream.on("error", () => stream.destroy());
    if (type === "TCP") {
      stream.destroy();
      return true;
    }
    const name = fqdn ?? host;
    const socket = overTls ? connectTls({ socket: stream, servername: name, rejectUnauthorized: false }) : stream;
    return await new Promise<boolean>((resolve, reject) => {
      const asked = request(
        {
          method: "GET",
          path: resourcePath,
          headers: { host: name, connection: "close" },
          createConnection: () => socket,
          timeout: ANSWER_MS,
        },
        ({ statusCode = 0 }) => {
          socket.destroy();
          resolve(statusCode >= 200 && statusCode < 400);
        },
      );
      socket.once("error", reject);
      asked.once("error", reject);
      asked.once("timeout", () => asked.destroy(new Error("no answer")));
      asked.end();
    });
  } catch {
    return false;
  }
}
