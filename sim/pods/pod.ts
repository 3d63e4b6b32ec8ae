import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isNotFound } from "../../client/problem.ts";
import type { Faults } from "../../workload/role.ts";
import type { RegionContext } from "../region/context.ts";
import { ContainerRun } from "./container.ts";
import type { Sources } from "./environment.ts";
import type { FaultRules } from "./faults.ts";
import { parseImage } from "./images.ts";
import { launch, type Programs, readsMountedPaths } from "./launch.ts";
import type { Logs } from "./logs.ts";
import type { Container, Pod } from "./objects.ts";
import { type PodState, StatusWriter } from "./status.ts";
import { PodVolumes, type VolumeServices } from "./volumes.ts";

/** What pods are given by their node. */
export interface NodeServices extends VolumeServices {
  region: RegionContext;
  programs: Programs;
  sources: Sources;
  logs: Logs;
  faults: FaultRules;
}

/** Seconds between a graceful end's begin and its kill when the pod says nothing. */
const GRACE_SECONDS = 30;

/** Wait before the API server is asked again to forget a pod. */
const RETRY_MS = 500;

/** One pod on its node, from its first container's start until the API server has forgotten it. */
export class PodRun {
  /** As last seen. */
  pod: Pod;
  readonly #services: NodeServices;
  readonly #folder: string;
  readonly #volumes: PodVolumes;
  readonly #status: StatusWriter;
  #initContainers: ContainerRun[] = [];
  #containers: ContainerRun[] = [];
  #faults: Faults;
  #initialized = false;
  #phase: PodState["phase"] = "Running";
  #ending = false;
  #dead = false;
  #deadline: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(pod: Pod, services: NodeServices) {
    this.pod = pod;
    this.#services = services;
    const { region, programs } = services;
    this.#folder = join(region.folder, "pods", pod.metadata.uid ?? pod.metadata.name);
    this.#volumes = new PodVolumes(
      pod,
      this.#folder,
      services,
      readsMountedPaths(pod, Object.keys(programs.controllers)),
    );
    this.#status = new StatusWriter(region.client, pod, () => this.#state(), region.log);
    this.#faults = services.faults.of(pod);
    this.#containers = pod.spec.containers.map((container) => this.#prepare(container));
  }

  async start(): Promise<void> {
    for (const container of this.pod.spec.initContainers ?? []) {
      const run = this.#prepare(container, true);
      this.#initContainers.push(run);
      run.start();
      this.#status.changed();
      if (container.restartPolicy === "Always") continue;
      const code = await run.finished;
      if (this.#ending) return;
      if (code !== 0) return this.#complete("Failed");
    }
    this.#initialized = true;
    for (const run of this.#containers) run.start();
    this.#status.changed();
    this.#scheduleRenewal();
    const codes = await Promise.all(this.#containers.map(({ finished }) => finished));
    if (!this.#ending) this.#complete(codes.every((code) => code === 0) ? "Succeeded" : "Failed");
  }

  /** Takes up a newer state of the object: a wish to delete it, a change of what it shows its containers, or of its status. */
  update(pod: Pod): void {
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) void this.#end();
    else this.#status.seen(pod);
  }

  /** Ends everything at once and for good: the object or the node is gone. */
  kill(): void {
    this.#ending = true;
    this.#dead = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#renewal);
    this.#status.stop();
    for (const run of this.#all()) run.kill();
    void Promise.all(this.#all().map(({ finished }) => finished)).then(() => this.#clear());
  }

  /** Ends what runs as if it had crashed. */
  crash(): void {
    for (const run of this.#containers) run.crash();
  }

  /** Takes up the faults that are wanted now. */
  setFaults(): void {
    this.#faults = this.#services.faults.of(this.pod);
    for (const run of this.#containers) run.setFaults(this.#faults);
  }

  /** Writes files anew after a ConfigMap or Secret changed, and has programs read them that can. */
  async refresh(kind: "ConfigMap" | "Secret", name: string): Promise<void> {
    if (this.#ending || !this.#volumes.uses(kind, name)) return;
    await this.#rewrite();
  }

  async #rewrite(): Promise<void> {
    try {
      if (await this.#volumes.write()) for (const run of this.#containers) run.reload();
    } catch (error) {
      // Files stay as they were, as they do on a node, until what is missing is back.
      this.#services.region.log(`files of pod ${this.#name()}: ${error instanceof Error ? error.message : error}`);
    }
  }

  #scheduleRenewal(): void {
    const wait = Math.min(Math.max(this.#volumes.renewAt() - Date.now(), 10_000), 600_000);
    this.#renewal = setTimeout(() => {
      if (this.#ending) return;
      const due = this.#volumes.renewAt() <= Date.now();
      void (due ? this.#rewrite() : Promise.resolve()).then(() => this.#scheduleRenewal());
    }, wait).unref();
  }

  #prepare(container: Container, isInit = false): ContainerRun {
    const { pod } = this;
    const { status } = pod;
    const { region, programs, sources, logs } = this.#services;
    const { namespace = "", name } = pod.metadata;
    const log = (line: string): void => logs.write({ namespace, pod: name, container: container.name }, line);
    const policy =
      isInit && container.restartPolicy !== "Always" ? initPolicy(pod) : (pod.spec.restartPolicy ?? "Always");
    const before = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      (candidate) => candidate.name === container.name,
    );
    return new ContainerRun({
      container,
      image: parseImage(container.image),
      address: status.podIP ?? "",
      restarts: (code) => policy === "Always" || (policy === "OnFailure" && code !== 0),
      // Whatever ran before this supervisor is gone with the one before it.
      restartCount: (before?.restartCount ?? 0) + (before?.containerID === undefined ? 0 : 1),
      launch: () =>
        launch({
          pod: this.pod,
          container,
          region,
          programs,
          sources,
          volumes: this.#volumes,
          folder: this.#folder,
          log,
          faults: () => this.#faults,
        }),
      onChange: () => this.#status.changed(),
      log,
    });
  }

  #complete(phase: "Succeeded" | "Failed"): void {
    this.#phase = phase;
    for (const run of this.#initContainers) run.kill();
    clearTimeout(this.#renewal);
    this.#status.changed();
  }

  /** Graceful end, then the object's. Called again when the wish changes: a shorter grace counts. */
  async #end(): Promise<void> {
    const grace = this.pod.metadata.deletionGracePeriodSeconds ?? GRACE_SECONDS;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      for (const run of this.#all()) run.kill();
    }, grace * 1000);
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#renewal);
    await Promise.all(this.#containers.map((run) => run.stop()));
    // Sidecars end after what they serve.
    await Promise.all(this.#initContainers.map((run) => run.stop()));
    clearTimeout(this.#deadline);
    if (this.#dead) return;
    this.#status.changed();
    await this.#status.settled();
    this.#status.stop();
    await this.#forget();
  }

  /** The object goes only after its containers: only then may another pod take over its volumes. */
  async #forget(): Promise<void> {
    const { namespace, name, uid } = this.pod.metadata;
    while (!this.#dead) {
      try {
        await this.#services.region.client.remove(`/api/v1/namespaces/${namespace}/pods/${name}`, {
          apiVersion: "v1",
          kind: "DeleteOptions",
          gracePeriodSeconds: 0,
          preconditions: { uid },
        });
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }

  #all(): ContainerRun[] {
    return [...this.#initContainers, ...this.#containers];
  }

  #name(): string {
    return `${this.pod.metadata.namespace}/${this.pod.metadata.name}`;
  }

  #state(): PodState {
    return {
      phase: this.#phase,
      initialized: this.#initialized,
      initContainers: this.#initContainers.map(({ status }) => status),
      containers: this.#containers.map(({ status }) => status),
    };
  }
}

/** Init containers that fail are tried again unless the pod never restarts anything. */
const initPolicy = (pod: Pod): "OnFailure" | "Never" => (pod.spec.restartPolicy === "Never" ? "Never" : "OnFailure");
