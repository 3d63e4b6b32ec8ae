import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { CLUSTER_TYPES, cloudClusters } from "./cloudClusters.ts";
import type { CloudCluster } from "./clouds/cluster.ts";
import { PKI_FILES, prepareRegion } from "./region/pki.ts";
import { OUTSIDE_SOCKET, REGION_FILES, type RegionSpec, type RegionStatus } from "./region/spec.ts";
import { isSupervisor, startSupervisor, stopSupervisor, supervisorSays, supervisorsBelow } from "./regionProcess.ts";
import type { Store } from "./store.ts";
import { askSocket } from "./unixSocket.ts";

/** A control plane that has not answered by then will not; on two busy cores it takes 20 s. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

/** How often supervisors are looked after. */
const WATCH_MS = 500;

/** Longest wait before a supervisor that keeps ending is started again; it begins with a second and doubles. */
const LONGEST_BACKOFF_MS = 10_000;

/** A supervisor has this long to end in order, which it does in 12 s at most. */
const GRACE_MS = 15_000;

/** Paths of unix sockets are no longer than this (unix(7), `sun_path`). */
const LONGEST_SOCKET = 107;

export interface ClustersOptions {
  store: Store;
  /** The simulator's, absolute. */
  folder: string;
  /** Folder of the programs that regions run. */
  tools: string;
  log: (line: string) => void;
}

/** What operators see of one cluster. */
export interface ClusterSummary {
  region: string;
  cluster: string;
  cloud: RegionSpec["cloud"];
  location: string;
  /** Undefined while the region's supervisor does not answer. */
  status?: RegionStatus;
  /** Why there is no status. */
  problem?: string;
}

interface Held {
  /** As the region was told last. */
  spec: RegionSpec;
  pid: number;
  /** Until when it is not started again. */
  notBefore: number;
  backoff: number;
}

/**
 * The control planes of the simulated clouds: one region process for each EKS, AKS and GKE cluster that exists. They outlive
 * this process, are found again by the next, and are started again with their data whenever they end.
 */
export class Clusters {
  readonly #options: ClustersOptions;
  readonly #held = new Map<string, Held>();
  /** Changes of one region, one after another. */
  readonly #queues = new Map<string, Promise<void>>();
  #watch: NodeJS.Timeout | undefined;
  #listed: { revision: number; clusters: readonly CloudCluster[] } | undefined;

  constructor(options: ClustersOptions) {
    this.#options = options;
  }

  /** Every cluster that exists in the clouds. */
  list(): readonly CloudCluster[] {
    const { store } = this.#options;
    if (this.#listed?.revision !== store.revision)
      this.#listed = { revision: store.revision, clusters: cloudClusters(store.all()) };
    return this.#listed.clusters;
  }

  /** By the region's name or the cluster's. @throws Error that lists what there is */
  find(name: string): CloudCluster {
    const clusters = this.list();
    const found = clusters.filter(({ region, spec }) => spec.cluster === name || region === name);
    const [cluster, ...others] = found;
    const names = (of: readonly CloudCluster[]) =>
      of.map(({ region, spec }) => `${region} (${spec.cluster})`).join(", ");
    if (cluster === undefined)
      throw new Error(`no region or cluster '${name}'; there are ${names(clusters) || "none: bring a stack up first"}`);
    if (others.length > 0) throw new Error(`'${name}' can be any of ${names(found)}; give the cluster's name`);
    return cluster;
  }

  folderOf = (cluster: string): string => join(this.#regions, cluster);

  socketOf = (cluster: string): string => join(this.folderOf(cluster), REGION_FILES.socket);

  /** The PEM certificate that signs an API server's; undefined while its region was never prepared. */
  authorityOf(cluster: string): string | undefined {
    const file = join(this.folderOf(cluster), REGION_FILES.pki, PKI_FILES.certificateAuthority);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** Finds the regions that run, starts the others that shall, removes what no cluster stands behind any more. */
  async start(): Promise<void> {
    for (const [folder, pid] of supervisorsBelow(this.#regions)) {
      const spec = readSpec(folder);
      if (spec === undefined) await stopSupervisor(pid, folder, 0);
      else this.#held.set(spec.cluster, { spec, pid, notBefore: 0, backoff: 1000 });
    }
    const settled = await Promise.allSettled(this.#reconcile());
    for (const { status, ...outcome } of settled)
      if (status === "rejected") this.#options.log(`${(outcome as PromiseRejectedResult).reason}`);
    this.#watch = setInterval(() => this.#lookAfter(), WATCH_MS).unref();
  }

  /** Whether a change of a resource of this type may change a cluster. */
  concerns = (type: string): boolean => CLUSTER_TYPES.has(type);

  /** Brings the regions to what the clouds hold now; resolves when the API servers of new ones answer. */
  async settle(): Promise<void> {
    await Promise.all(this.#reconcile());
  }

  async status(): Promise<ClusterSummary[]> {
    return Promise.all(
      this.list().map(async ({ region, spec: { cluster, cloud, location } }) => {
        const known = { region, cluster, cloud, location };
        try {
          const { text } = await askSocket(this.socketOf(cluster), { method: "GET", path: "/status", timeout: 2000 });
          return { ...known, status: JSON.parse(text) as RegionStatus };
        } catch (error) {
          return { ...known, problem: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
  }

  /** Ends every region; their data stays. */
  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#held.clear();
    const running = [...supervisorsBelow(this.#regions)];
    await Promise.all(running.map(([folder, pid]) => stopSupervisor(pid, folder, GRACE_MS)));
  }

  /** Ends every region at once. */
  async kill(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all([...supervisorsBelow(this.#regions)].map(([folder, pid]) => stopSupervisor(pid, folder, 0)));
  }

  get #regions(): string {
    return join(this.#options.folder, "regions");
  }

  /** Starts what has to be done, region by region. */
  #reconcile(): Promise<void>[] {
    const wanted = this.list();
    const names = new Set(wanted.map(({ spec }) => spec.cluster));
    const present = existsSync(this.#regions) ? readdirSync(this.#regions) : [];
    const gone = [...new Set([...this.#held.keys(), ...present])].filter((name) => !names.has(name));
    return [
      ...gone.map((name) => this.#inTurn(name, () => this.#remove(name))),
      ...wanted
        .filter(({ spec }) => !isDeepStrictEqual(this.#held.get(spec.cluster)?.spec, spec))
        .map((cluster) => this.#inTurn(cluster.spec.cluster, () => this.#bring(cluster, wanted))),
    ];
  }

  #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#queues.get(name) ?? Promise.resolve()).then(work);
    this.#queues.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #bring(cluster: CloudCluster, all: readonly CloudCluster[]): Promise<void> {
    const { spec, resource } = cluster;
    const twin = all.find(
      (other) => other.spec.cluster === spec.cluster && other.resource.sequence < resource.sequence,
    );
    if (twin !== undefined)
      throw new Error(
        `the simulation runs a cluster '${spec.cluster}' already, in ${twin.region}: two of one name have no room in it; name one of them otherwise, or go without control planes (--no-clusters)`,
      );
    const held = this.#held.get(spec.cluster);
    if (held !== undefined && isSupervisor(held.pid, this.folderOf(spec.cluster))) {
      if (isDeepStrictEqual(held.spec, spec)) return;
      await this.#untilAnswering(spec.cluster);
      await this.#change(spec);
      held.spec = spec;
      return;
    }
    const folder = this.folderOf(spec.cluster);
    const excess = Buffer.byteLength(this.socketOf(spec.cluster)) - LONGEST_SOCKET;
    if (excess > 0)
      throw new Error(
        `${this.socketOf(spec.cluster)} is ${excess} characters too long for a unix socket; set NOVACRON_HOME to a shorter folder`,
      );
    const { certificateAuthority } = await prepareRegion(folder, spec);
    const { store } = this.#options;
    const latest = store.get(resource.sequence);
    if (latest !== undefined) store.change(latest, latest.inputs, cluster.certified(certificateAuthority));
    this.#launch(spec);
    await this.#untilAnswering(spec.cluster);
  }

  #launch(spec: RegionSpec): void {
    const { folder, tools, log } = this.#options;
    const own = this.folderOf(spec.cluster);
    const child = startSupervisor({ folder: own, outside: join(folder, OUTSIDE_SOCKET), tools });
    child.once("error", (error) => log(`${spec.cluster} cannot be started: ${error.message}`));
    const before = this.#held.get(spec.cluster);
    const backoff = before === undefined ? 1000 : Math.min(before.backoff * 2, LONGEST_BACKOFF_MS);
    this.#held.set(spec.cluster, { spec, pid: child.pid ?? 0, notBefore: Date.now() + backoff, backoff });
    log(`region ${spec.cluster} starts, process ${child.pid}`);
  }

  async #change(spec: RegionSpec): Promise<void> {
    const answer = await askSocket(this.socketOf(spec.cluster), {
      method: "PUT",
      path: "/spec",
      body: JSON.stringify(spec),
      timeout: START_TIMEOUT_MS,
    });
    if (answer.status >= 300) throw new Error(`region ${spec.cluster} refuses the change: ${answer.text}`);
  }

  async #remove(name: string): Promise<void> {
    const folder = this.folderOf(name);
    const pid = supervisorsBelow(this.#regions).get(folder);
    this.#held.delete(name);
    // Nothing of a deleted cluster is worth an orderly end.
    if (pid !== undefined) await stopSupervisor(pid, folder, 0);
    rmSync(folder, { recursive: true, force: true });
    this.#options.log(`region ${name} is removed`);
  }

  async #untilAnswering(name: string): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const { pid } = this.#held.get(name) ?? { pid: 0 };
      if (!isSupervisor(pid, this.folderOf(name))) break;
      if (await this.#answers(name)) {
        const held = this.#held.get(name);
        if (held !== undefined) held.backoff = 1000;
        return;
      }
      await sleep(POLL_MS);
    }
    throw new Error(`the control plane of ${name} did not start; ${supervisorSays(this.folderOf(name))}`);
  }

  async #answers(name: string): Promise<boolean> {
    try {
      const { text } = await askSocket(this.socketOf(name), { method: "GET", path: "/status", timeout: 2000 });
      const { processes } = JSON.parse(text) as RegionStatus;
      return processes.some((process) => process.name === "kube-apiserver" && process.state === "running");
    } catch {
      return false;
    }
  }

  /** Starts again what has ended. */
  #lookAfter(): void {
    for (const [name, held] of this.#held) {
      if (isSupervisor(held.pid, this.folderOf(name)) || Date.now() < held.notBefore) continue;
      held.notBefore = Number.POSITIVE_INFINITY;
      this.#inTurn(name, async () => {
        const current = this.#held.get(name);
        if (current === undefined) return;
        // Looked after again, whatever comes of this: what cannot be started now may be a moment later.
        current.notBefore = Date.now() + current.backoff;
        if (isSupervisor(current.pid, this.folderOf(name))) return;
        this.#options.log(`the supervisor of ${name} has ended; it is started again with its data`);
        this.#launch(current.spec);
      }).catch((error: Error) => this.#options.log(`${name} cannot be started: ${error.message}`));
    }
  }
}

function readSpec(folder: string): RegionSpec | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, REGION_FILES.spec), "utf8")) as RegionSpec;
  } catch {
    return undefined;
  }
}
