import { request as sendHttp } from "node:http";
import { request as sendHttps } from "node:https";
import { connect } from "node:net";
import type { Container, HttpGet, Probe } from "./objects.ts";

/**
 * Repeats one probe of a container by its own timings and tells when its verdict turns. Defaults are those of the
 * Kubernetes API: period 10 s, timeout 1 s, one success, three failures.
 */
export class Prober {
  readonly #probe: Probe;
  readonly #check: () => Promise<void>;
  readonly #onVerdict: (passes: boolean, message: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #streak = 0;
  #last: boolean | undefined;

  constructor(
    container: Container,
    address: string,
    probe: Probe,
    onVerdict: (passes: boolean, message: string) => void,
  ) {
    this.#probe = probe;
    this.#check = () => check(container, address, probe);
    this.#onVerdict = onVerdict;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#round(), (this.#probe.initialDelaySeconds ?? 0) * 1000);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    const { periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = this.#probe;
    const started = Date.now();
    const problem = await this.#check().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (this.#stopped) return;
    const passes = problem === undefined;
    this.#streak = passes === this.#last ? this.#streak + 1 : 1;
    this.#last = passes;
    if (this.#streak === (passes ? successThreshold : failureThreshold)) this.#onVerdict(passes, problem ?? "");
    // A verdict may have ended this prober.
    if (this.#stopped) return;
    const wait = Math.max(0, started + (periodSeconds || 10) * 1000 - Date.now());
    this.#timer = setTimeout(() => void this.#round(), wait);
  }
}

async function check(container: Container, address: string, probe: Probe): Promise<void> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet !== undefined) return getHttp(container, address, probe.httpGet, timeout);
  const port = probe.tcpSocket?.port ?? probe.grpc?.port;
  // No shell is here to run a command in; the container counts as fit.
  if (port === undefined) return;
  return openTcp(probe.tcpSocket?.host ?? address, portOf(container, port), timeout);
}

/** @throws Error naming a port that the container does not have */
export function portOf(container: Container, port: number | string): number {
  if (typeof port === "number" || /^\d+$/.test(port)) return Number(port);
  const found = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) throw new Error(`container '${container.name}' has no port named '${port}'`);
  return found;
}

/** Passes on a status of 200–399, as a kubelet does. */
export function getHttp(container: Container, address: string, get: HttpGet, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const secure = get.scheme === "HTTPS";
    const options = {
      host: get.host ?? address,
      port: portOf(container, get.port),
      path: get.path ?? "/",
      headers: {
        "user-agent": "kube-probe/1.36",
        ...Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value])),
      },
      // A new connection each time: one that is kept would hide that nobody listens any more.
      agent: false as const,
    };
    const send = secure ? sendHttps : sendHttp;
    const request = send(secure ? { ...options, rejectUnauthorized: false } : options, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      clearTimeout(deadline);
      if (status >= 200 && status < 400) resolve();
      else reject(new Error(`HTTP probe failed with statuscode: ${status}`));
    });
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    request.once("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    request.end();
  });
}

function openTcp(host: string, port: number, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no connection within ${timeout} ms`)));
    socket.once("error", reject);
  });
}
