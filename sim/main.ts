import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { aws } from "./clouds/aws/index.ts";
import { azure } from "./clouds/azure/index.ts";
import { gcp } from "./clouds/gcp/index.ts";
import { type ClusterServices, startClusterServices } from "./clusterServices.ts";
import { serveControl } from "./control.ts";
import { loadFacts } from "./facts/load.ts";
import { Faults } from "./faults.ts";
import { recordIn, serveKubernetes, startKubernetesThread } from "./kubernetes/index.ts";
import { replaceFile } from "./replaceFile.ts";
import { serveProvider } from "./server/provider.ts";
import { Simulator } from "./server/simulator.ts";
import { Store, type StoredResource } from "./store.ts";

/** What a running simulator writes to `simulator.json` in its folder, readable by its owner alone. */
export interface Endpoint {
  pid: number;
  /** Value for PULUMI_DEBUG_PROVIDERS, by which the engine finds each provider: `aws:40001,gcp:40002`. */
  debugProviders: string;
  controlPort: number;
  token: string;
  /** Loopback port of the HTTP proxy that leads to clusters and public names. Undefined where clusters have no control planes. */
  proxyPort?: number;
}

const clouds = [aws, azure, gcp];

const USAGE = [
  "usage: main.ts --folder DIR (--tools DIR [--shims DIR] | --no-clusters) [--time-scale N]",
  "  --tools       folder of the programs that simulated clusters run",
  "  --shims       where to put the clouds' credential programs; by default in the folder",
  "  --no-clusters clusters have no control planes; what is applied to them is recorded and no more",
  "  --time-scale  real seconds for a second of the clouds' own time, 0 or more",
].join("\n");

/** How often the simulator looks whether its folder is still there. */
const FOLDER_CHECK_MS = 2000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      folder: { type: "string" },
      tools: { type: "string" },
      shims: { type: "string" },
      "no-clusters": { type: "boolean", default: false },
      "time-scale": { type: "string", default: "0" },
    },
  });
  const timeScale = Number(values["time-scale"]);
  if (values.folder === undefined || (values.tools === undefined) !== values["no-clusters"] || !(timeScale >= 0)) {
    console.error(USAGE);
    process.exit(1);
  }
  const folder = resolve(values.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.umask(0o077);
  const store = new Store(join(folder, "clouds.sqlite"));
  const faults = new Faults();
  const facts = await loadFacts(clouds.flatMap((cloud) => cloud.services.map((service) => service.type)));
  const endpointFile = join(folder, "simulator.json");
  const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);
  const clusters = await startClusters(store, { folder, tools: values.tools, shims: values.shims, endpointFile, log });
  const planes = clusters?.control.clusters;
  const simulator = new Simulator({ store, facts, faults, timeScale, ...(planes && { clusters: planes }) });

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    // Until the regions have ended nobody may take the simulator for gone and start another.
    await clusters?.stop();
    rmSync(endpointFile, { force: true });
    store.close();
    process.exit(0);
  };
  const token = randomBytes(24).toString("hex");
  const servers = await Promise.all(
    clouds.map(async (cloud) => `${cloud.package}:${(await serveProvider({ cloud, simulator, facts })).port}`),
  );
  const kubernetesPort =
    clusters === undefined
      ? (await serveKubernetes({ connect: noControlPlane, record: recordIn(store) })).port
      : await startKubernetesThread(clusters);
  const control = await serveControl({
    store,
    faults,
    token,
    remove: async (resource: StoredResource) => {
      const cloud = clouds.find((candidate) => candidate.package === resource.package);
      if (cloud !== undefined) await simulator.remove({ cloud, config: {} }, resource);
    },
    stop: () => void stop(),
    settle: async (type) => (planes?.concerns(type) === true ? planes.settle() : undefined),
    clusters: clusters?.control,
  });
  const endpoint: Endpoint = {
    pid: process.pid,
    debugProviders: [...servers, `kubernetes:${kubernetesPort}`].join(","),
    controlPort: control.port,
    token,
    ...(clusters && { proxyPort: clusters.proxyPort }),
  };
  replaceFile(endpointFile, JSON.stringify(endpoint));
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
  endWithFolder(endpointFile, async () => clusters?.control.clusters.kill());
}

/** The control planes; undefined without `--tools`. */
async function startClusters(
  store: Store,
  {
    tools,
    shims,
    ...options
  }: {
    folder: string;
    tools: string | undefined;
    shims: string | undefined;
    endpointFile: string;
    log: (line: string) => void;
  },
): Promise<ClusterServices | undefined> {
  if (tools === undefined) return undefined;
  // Where the chart stand-ins look for definitions.
  process.env.NOVACRON_TOOLS = resolve(tools);
  try {
    return await startClusterServices({
      ...options,
      store,
      tools: resolve(tools),
      shims: shims === undefined ? join(options.folder, "bin") : resolve(shims),
    });
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}

const noControlPlane = (): never => {
  throw new Error("the simulator runs without clusters");
};

/** Ends the simulator when its folder is removed under it: nobody could find it any more. */
function endWithFolder(endpointFile: string, killRegions: () => Promise<void>): void {
  setInterval(() => {
    if (existsSync(endpointFile)) return;
    void killRegions().finally(() => process.exit(1));
  }, FOLDER_CHECK_MS).unref();
}

if (import.meta.main) await main();
