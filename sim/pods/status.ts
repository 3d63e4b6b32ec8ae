import type { ClusterClient } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import type { Condition, ContainerStatus, Pod, PodStatus } from "./objects.ts";

/** Wait before a status is written again to a server that could not take it. */
const RETRY_MS = 300;

/** What is known of a pod's containers. */
export interface PodState {
  phase: "Running" | "Succeeded" | "Failed";
  initialized: boolean;
  initContainers: readonly ContainerStatus[];
  containers: readonly ContainerStatus[];
}

/** The conditions that are the kubelet's. */
const OWN = ["PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"];

type ConditionPatch = Pick<Condition, "type" | "status"> & { reason?: string | null; message?: string | null };

/** Writes a pod's status: at once after a change, one write at a time, and what changes meanwhile in the next one. */
export class StatusWriter {
  readonly #client: ClusterClient;
  readonly #read: () => PodState;
  readonly #log: (line: string) => void;
  readonly #pod: Pod;
  #conditions: Map<string, Condition>;
  #dirty = false;
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(client: ClusterClient, pod: Pod, read: () => PodState, log: (line: string) => void) {
    this.#client = client;
    this.#pod = pod;
    this.#read = read;
    this.#log = log;
    this.#conditions = new Map((pod.status.conditions ?? []).map((condition) => [condition.type, condition]));
  }

  /** Has the status written soon: changes of the same moment go together. */
  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /**
   * Writes the status again when somebody else has changed it. After an API server was away for long enough, the node
   * controller marks every pod as not ready, and leaves it to the kubelet to say otherwise.
   */
  seen({ status }: Pod): void {
    const live = new Map((status.conditions ?? []).map((condition) => [condition.type, condition.status]));
    if (OWN.some((type) => live.get(type) !== this.#conditions.get(type)?.status)) this.changed();
  }

  /** Resolves when everything is written, or will not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #write(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      const { namespace, name, uid } = this.#pod.metadata;
      try {
        await this.#client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
          contentType: "application/strategic-merge-patch+json",
          // The uid makes sure that it is this pod, not the next one of its name.
          body: { metadata: { uid }, status: this.#status() },
        });
      } catch (error) {
        if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
        if (error instanceof ApiError && error.code < 500 && error.code !== 429) {
          this.#log(`the API server refuses the status of pod ${namespace}/${name}: ${error.message}`);
          continue;
        }
        // The server is away or starting: the state of then, not of now, is what it is told.
        this.#dirty = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #status(): Omit<PodStatus, "conditions"> & { conditions: ConditionPatch[] } {
    const { phase, initialized, initContainers, containers } = this.#read();
    const waiting = containers.filter(({ ready }) => !ready).map(({ name }) => name);
    const gates = (this.#pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType);
    const containersReady = phase === "Running" && waiting.length === 0;
    const ready = containersReady && gates.every((type) => this.#conditions.get(type)?.status === "True");
    const why =
      phase === "Running"
        ? { reason: "ContainersNotReady", message: `containers with unready status: [${waiting.join(" ")}]` }
        : { reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" };
    return {
      phase,
      conditions: [
        this.#condition("PodReadyToStartContainers", true, {}),
        this.#condition("Initialized", initialized, { reason: "ContainersNotInitialized" }),
        this.#condition("ContainersReady", containersReady, why),
        this.#condition("Ready", ready, why),
      ],
      containerStatuses: [...containers],
      ...(initContainers.length === 0 ? {} : { initContainerStatuses: [...initContainers] }),
    };
  }

  #condition(type: string, holds: boolean, why: { reason?: string; message?: string }): ConditionPatch {
    const status = holds ? "True" : "False";
    const before = this.#conditions.get(type);
    const lastTransitionTime =
      before?.status === status && before.lastTransitionTime !== undefined
        ? before.lastTransitionTime
        : `${new Date().toISOString().slice(0, 19)}Z`;
    const condition = { type, status, lastTransitionTime } satisfies Condition;
    this.#conditions.set(type, condition);
    // The patch is merged: what no longer holds has to be taken away by name.
    return { ...condition, reason: null, message: null, ...(holds ? {} : why) };
  }
}
