import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ClusterClient } from "../client/client.ts";
import { clusterConfig } from "../client/kubeconfig.ts";
import { layout } from "./home.ts";
import { OperatorError } from "./operatorError.ts";
import type { Project } from "./project.ts";
import type { PulumiRun } from "./pulumi.ts";

/** One region of a stack, and the way to its API server. */
export interface RegionCluster {
  region: string;
  client: ClusterClient;
  /** Name of the cluster in its cloud. */
  name: string;
}

/** How the clusters of a stack were last known, by region: kubeconfigs that hold no token. */
type Kubeconfigs = Record<string, string>;

/** The real and the simulated clusters of a stack have nothing to do with each other. */
const cacheFile = (project: Project, stack: string, simulated: boolean): string =>
  join(project.home, "stacks", stack, simulated ? "clusters.json" : "clusters-real.json");

/**
 * Opens the regions of a stack without Pulumi, from what was kept at the last `up`: a rollback must wait for nothing. Where
 * nothing was kept, for example on another operator's machine, the stack's outputs are asked once.
 */
export async function openClusters(
  project: Project,
  stack: string,
  simulated: boolean,
): Promise<readonly RegionCluster[]> {
  const kubeconfigs = readCache(cacheFile(project, stack, simulated)) ?? (await askStack(project, stack, simulated));
  const regions = Object.entries(kubeconfigs);
  if (regions.length === 0)
    throw new OperatorError(
      `stack '${stack}' has no clusters yet; bring it up: novactl up ${stack}${simulated ? " --sim" : ""}`,
    );
  const access = simulated ? simulatedAccess(project) : { proxy: process.env.HTTPS_PROXY, environment: process.env };
  return regions.map(([region, kubeconfig]) => {
    const config = clusterConfig(kubeconfig, access.environment);
    const proxy = config.proxy ?? access.proxy;
    return {
      region,
      name: nameOf(kubeconfig),
      client: new ClusterClient({ ...config, ...(proxy === undefined ? {} : { proxy }) }),
    };
  });
}

/** The context of our kubeconfigs is called as the cluster is. */
const nameOf = (kubeconfig: string): string => /"?current-context"?:\s*"?([^",\s]+)/.exec(kubeconfig)?.[1] ?? "";

/** Keeps how to reach the clusters, after each `up`. Quiet when the stack has none: an `up` may be the first half of one. */
export async function cacheClusters(
  run: PulumiRun & { project: Project; stack: string; simulator: unknown },
): Promise<Kubeconfigs> {
  const { capture } = await import("./pulumi.ts");
  const text = await capture(run, ["stack", "output", "--json", "--show-secrets", "--stack", run.stack]);
  const { kubeconfigs = {} } = JSON.parse(text || "{}") as { kubeconfigs?: Kubeconfigs };
  const file = cacheFile(run.project, run.stack, run.simulator !== undefined);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(kubeconfigs), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
  return kubeconfigs;
}

async function askStack(project: Project, stack: string, simulated: boolean): Promise<Kubeconfigs> {
  console.error(`asking Pulumi for the clusters of '${stack}', once`);
  const { openSession } = await import("./session.ts");
  return cacheClusters({ ...(await openSession(stack, simulated)), project });
}

function readCache(file: string): Kubeconfigs | undefined {
  if (!existsSync(file)) return undefined;
  const kubeconfigs = JSON.parse(readFileSync(file, "utf8")) as Kubeconfigs;
  // An `up` that was interrupted before its first cluster is no reason to know nothing for ever.
  return Object.keys(kubeconfigs).length === 0 ? undefined : kubeconfigs;
}

/** The simulated clusters are reached through the simulator's proxy, with its own stand-ins for the clouds' token programs. */
function simulatedAccess(project: Project): { proxy: string; environment: NodeJS.ProcessEnv } {
  const file = join(layout(project.home).simulator, "simulator.json");
  const stopped = () =>
    new OperatorError("the simulator is not running; `novactl sim start` starts it, and its clusters with it");
  if (!existsSync(file)) throw stopped();
  const { proxyPort } = JSON.parse(readFileSync(file, "utf8")) as { proxyPort?: number };
  if (proxyPort === undefined)
    throw new OperatorError("the simulator runs without clusters; start it anew without --no-clusters");
  const path = [layout(project.home).bin, process.env.PATH ?? ""].join(delimiter);
  return { proxy: `http://127.0.0.1:${proxyPort}`, environment: { ...process.env, PATH: path } };
}

/** The regions that are named, or all. @throws naming those that the stack has */
export function chosen(clusters: readonly RegionCluster[], names: readonly string[]): readonly RegionCluster[] {
  const known = clusters.map(({ region }) => region);
  for (const name of names) {
    if (!known.includes(name))
      throw new OperatorError(`--region '${name}': no such region; its regions: ${known.join(", ")}`);
  }
  return names.length === 0 ? clusters : clusters.filter(({ region }) => names.includes(region));
}

/** How a region answered: with a value, or not, and why. */
export type Outcome<Value> = { region: string; milliseconds: number } & (
  | { value: Value; error?: undefined }
  | { value?: undefined; error: Error }
);

/** Does something in all regions at once. A region that fails, or cannot be reached, holds up no other. */
export async function inEachRegion<Value>(
  clusters: readonly RegionCluster[],
  work: (cluster: RegionCluster) => Promise<Value>,
): Promise<Outcome<Value>[]> {
  const start = performance.now();
  return Promise.all(
    clusters.map(async (cluster): Promise<Outcome<Value>> => {
      const { region } = cluster;
      const took = () => Math.round(performance.now() - start);
      try {
        const value = await work(cluster);
        return { region, milliseconds: took(), value };
      } catch (cause) {
        return { region, milliseconds: took(), error: cause instanceof Error ? cause : new Error(String(cause)) };
      }
    }),
  );
}
