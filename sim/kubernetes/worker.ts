/** The thread that `startKubernetesThread` starts. */
import { setPriority } from "node:os";
import { delimiter } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import { serveKubernetes } from "./server.ts";
import type { ThreadOptions } from "./thread.ts";

/** As far back as Pulumi itself stands beside the regions. On Linux a priority is a thread's own. */
const NICENESS = 10;

const { shims, proxyPort } = workerData as ThreadOptions;
if (process.platform === "linux") setPriority(NICENESS);
const environment = { ...process.env, PATH: [shims, process.env.PATH ?? ""].join(delimiter) };
const { port } = await serveKubernetes({
  connect: (kubeconfig) =>
    new ClusterClient({ ...clusterConfig(kubeconfig, environment), proxy: `http://127.0.0.1:${proxyPort}` }),
});
parentPort?.postMessage(port);
