import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface ThreadOptions {
  /** The folder of the clouds' credential programs. */
  shims: string;
  /** The proxy through which clusters are reached. */
  proxyPort: number;
}

/**
 * Serves the provider for `kubernetes:` resources on a thread of its own; returns its port. On the simulator's own thread is
 * the proxy through which operators and probes reach clusters and gateways: they would wait for an `up` that is at work, and
 * a rollback is not to.
 */
export async function startKubernetesThread({ shims, proxyPort }: ThreadOptions): Promise<number> {
  const workerData: ThreadOptions = { shims, proxyPort };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  const [port] = (await once(worker, "message")) as [number];
  return port;
}
