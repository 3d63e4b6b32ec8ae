import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { aws } from "./clouds/aws/index.ts";
import { azure } from "./clouds/azure/index.ts";
import { gcp } from "./clouds/gcp/index.ts";
import { kubernetes } from "./clouds/kubernetes.ts";
import { serveControl } from "./control.ts";
import { loadFacts } from "./facts/load.ts";
import { Faults } from "./faults.ts";
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
}

const clouds = [aws, azure, gcp, kubernetes];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { folder: { type: "string" }, "time-scale": { type: "string", default: "0" } },
  });
  const folder = values.folder;
  const timeScale = Number(values["time-scale"]);
  if (folder === undefined || !(timeScale >= 0)) {
    console.error(
      "usage: main.ts --folder DIR [--time-scale N]   N: real seconds for a second of the clouds' own time, 0 or more",
    );
    process.exit(1);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.umask(0o077);
  const store = new Store(join(folder, "clouds.sqlite"));
  const faults = new Faults();
  const facts = await loadFacts(clouds.flatMap((cloud) => cloud.services.map((service) => service.type)));
  const simulator = new Simulator({ store, facts, faults, timeScale });
  const endpointFile = join(folder, "simulator.json");

  const stop = () => {
    rmSync(endpointFile, { force: true });
    store.close();
    process.exit(0);
  };
  const token = randomBytes(24).toString("hex");
  const attachments = await Promise.all(
    clouds.map(async (cloud) => `${cloud.package}:${(await serveProvider({ cloud, simulator, facts })).port}`),
  );
  const remove = async (resource: StoredResource) => {
    const cloud = clouds.find((candidate) => candidate.package === resource.package);
    if (cloud !== undefined) await simulator.remove({ cloud, config: {} }, resource);
  };
  const control = await serveControl({ store, faults, token, remove, stop });
  const endpoint: Endpoint = {
    pid: process.pid,
    debugProviders: attachments.join(","),
    controlPort: control.port,
    token,
  };
  // Renamed into place, so that a reader never sees half of it.
  writeFileSync(`${endpointFile}.new`, JSON.stringify(endpoint));
  renameSync(`${endpointFile}.new`, endpointFile);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

if (import.meta.main) await main();
