import { rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { type ClusterNetwork, startClusterNetwork } from "../network/cluster/index.ts";
import { type PodRuntime, startPods } from "../pods/runtime.ts";
import { Failure } from "../route.ts";
import { serveAuthentication } from "./authentication.ts";
import type { RegionContext, Stoppable, SupervisedProcess } from "./context.ts";
import { serveControl } from "./control.ts";
import { startControlPlane, stopControlPlane } from "./controlPlane.ts";
import { Nodes } from "./nodes.ts";
import { prepareRegion } from "./pki.ts";
import { ownHostPid, residentMebibytes } from "./procfs.ts";
import { CONTROL_PLANE, REGION_FILES, type RegionSpec, type RegionStatus } from "./spec.ts";

/** What may change while a region runs; all else is laid down when its cluster is made. */
const CHANGEABLE = new Set<keyof RegionSpec>(["pools", "serverNames"]);

/** Longest that all of a region may take to stop in order. */
const STOP_DEADLINE_MS = 12_000;

/** One region's cluster: its control plane, nodes, network and pods, and the socket by which others reach it. */
export class Region {
  readonly #context: RegionContext;
  readonly #setSpec: (spec: RegionSpec) => void;
  readonly #nodes: Nodes;
  #server: Server | undefined;
  #authentication: Stoppable | undefined;
  #network: ClusterNetwork | undefined;
  #pods: PodRuntime | undefined;
  #stopping: Promise<void> | undefined;

  /** @param setSpec replaces the spec that the context shows */
  constructor(context: RegionContext, setSpec: (spec: RegionSpec) => void) {
    this.#context = context;
    this.#setSpec = setSpec;
    this.#nodes = new Nodes(context);
  }

  /** Resolves when everything was started; nodes and pods become ready in their own time. */
  async start(): Promise<void> {
    const { folder, outside, log } = this.#context;
    const started = Date.now();
    const socket = join(folder, REGION_FILES.socket);
    await removeStaleSocket(socket);
    this.#server = await serveControl(this, socket);
    this.#authentication = await serveAuthentication(outside, log);
    await startControlPlane(this.#context);
    log(`API server answers after ${Date.now() - started} ms`);
    const nodes = this.#nodes.start();
    this.#network = await startClusterNetwork(this.#context);
    this.#pods = await startPods(this.#context);
    await nodes;
    log(`started after ${Date.now() - started} ms`);
  }

  status(): RegionStatus {
    const { spec, processes } = this.#context;
    const own = { name: "supervisor", pid: ownHostPid(), state: "running" as const, restarts: 0 };
    const mebibytes = residentMebibytes(own.pid);
    const list = processes.list();
    const waitingFor = [
      ...CONTROL_PLANE.filter((name) => list.find((process) => process.name === name)?.state !== "running"),
      ...(this.#network === undefined ? ["cluster network"] : []),
      ...(this.#pods === undefined ? ["pod runtime"] : []),
      ...this.#nodes.waitingFor(),
    ];
    return {
      cluster: spec.cluster,
      ready: waitingFor.length === 0,
      waitingFor,
      processes: [{ ...own, ...(mebibytes !== undefined && { mebibytes }) }, ...list],
    };
  }

  /** @throws Failure when anything but node pools and server names differs */
  async setSpec(wanted: RegionSpec): Promise<void> {
    const { spec, folder } = this.#context;
    const fixed = (Object.keys(wanted) as (keyof RegionSpec)[]).filter((key) => !CHANGEABLE.has(key));
    const changed = fixed.find((key) => wanted[key] !== spec[key]);
    if (changed !== undefined)
      throw new Failure(
        409,
        `'${changed}' of a cluster cannot change, from '${spec[changed]}' to '${wanted[changed]}'; make a new cluster`,
      );
    await prepareRegion(folder, wanted);
    this.#setSpec(wanted);
    await this.#nodes.reconcile();
  }

  /** @throws Failure when there is none of that name */
  process(name: string): SupervisedProcess {
    const found = this.#context.processes.get(name);
    if (found === undefined) {
      const names = this.#context.processes.list().map((process) => process.name);
      throw new Failure(404, `there is no process '${name}'; there are ${names.join(", ")}`);
    }
    return found;
  }

  /** @throws Failure while the region is starting */
  pods(): PodRuntime {
    if (this.#pods === undefined) throw new Failure(503, "the region is still starting: its pods do not run yet");
    return this.#pods;
  }

  /** Whether a connection from outside to this address may be tried. */
  admits(address: string, port: number): boolean {
    return this.#network?.admits(address, port) ?? true;
  }

  setNodePower(name: string, isOn: boolean): Promise<void> {
    return this.#nodes.setPower(name, isOn);
  }

  /** Stops once the answer to whoever asked has left. */
  stopSoon(): void {
    setTimeout(() => void this.stop().then(() => process.exit(0)), 20);
  }

  /** Stops what runs, in the reverse order of its start. What does not end in time is killed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { log, client, folder } = this.#context;
    log("stopping");
    // The end of this process ends everything in its PID namespace.
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    rmSync(join(folder, REGION_FILES.socket), { force: true });
    const parts = [
      this.#pods,
      this.#network,
      this.#nodes,
      { stop: () => stopControlPlane(this.#context) },
      this.#authentication,
    ];
    for (const part of parts) {
      // One part that cannot stop must not keep the others from it.
      await part
        ?.stop()
        .catch((error: unknown) => log(`while stopping: ${error instanceof Error ? error.message : error}`));
    }
    client.close();
    this.#server?.close();
    log("stopped");
  }
}

/** @throws Error when another supervisor answers there */
async function removeStaleSocket(socket: string): Promise<void> {
  const isServed = await new Promise<boolean>((resolve) => {
    const probe = connect(socket, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
  if (isServed) throw new Error(`this region runs already: ${socket} answers`);
  rmSync(socket, { force: true });
}
