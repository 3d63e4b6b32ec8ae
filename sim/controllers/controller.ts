import { randomUUID } from "node:crypto";
import type { KubernetesObject } from "../../client/client.ts";
import { Informer } from "../../client/informer.ts";
import type { RunningRole } from "../../workload/role.ts";
import type { ControllerContext } from "./context.ts";
import { keepsLeading, leads } from "./leaderElection.ts";
import { collectionPath, keyOf, type Resource } from "./paths.ts";
import { WorkQueue } from "./workQueue.ts";

/** A controller in the making: what it watches, and what it does for each object. */
export class Controller {
  readonly #context: ControllerContext;
  readonly #informers: Informer<KubernetesObject>[] = [];
  readonly #queues: WorkQueue[] = [];
  #lastComplaint = "";

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  /** Does this for every key that a watch wakes. */
  reconciles(reconcile: (key: string) => Promise<number | undefined>): WorkQueue {
    const queue = new WorkQueue({
      reconcile,
      onError: (key, error) => this.#complain(`${key}: ${error instanceof Error ? error.message : error}`),
    });
    this.#queues.push(queue);
    return queue;
  }

  /** Follows all objects of a kind in all namespaces, and wakes whoever depends on one that has changed or gone. */
  watches<Item extends KubernetesObject>(
    of: Resource,
    wakes: (object: Item, informer: Informer<Item>) => void,
    labelSelector?: string,
  ): Informer<Item> {
    const informer: Informer<Item> = new Informer<Item>({
      client: this.#context.client,
      path: collectionPath(of),
      ...(labelSelector === undefined ? {} : { query: { labelSelector } }),
      onChange: (object) => wakes(object, informer),
      onDelete: (object) => wakes(object, informer),
      onError: (error) => this.#complain(`${of.plural}: ${error.message}`),
    });
    this.#informers.push(informer as unknown as Informer<KubernetesObject>);
    return informer;
  }

  /** Follows the kind that a queue is for. */
  watchesOwn<Item extends KubernetesObject>(of: Resource, queue: WorkQueue): Informer<Item> {
    return this.watches<Item>(of, (object) => queue.add(keyOf(object)));
  }

  /**
   * Begins to watch at once, and to act as soon as everything has been seen and, where there are several replicas, the
   * lease of this name is held. Ends with code 1 when the lease is lost, as real controllers do.
   */
  run(leaseName?: string): RunningRole {
    const { promise: ended, resolve: end } = Promise.withResolvers<number>();
    const { client, env, log } = this.#context;
    const stopping = new AbortController();
    const { signal } = stopping;
    const stop = async (code: number): Promise<void> => {
      stopping.abort();
      await Promise.all([
        ...this.#informers.map((informer) => informer.stop()),
        ...this.#queues.map((queue) => queue.stop()),
      ]);
      await leading;
      end(code);
    };
    const start = async (): Promise<void> => {
      await Promise.all(this.#informers.map((informer) => informer.start()));
      if (signal.aborted) return;
      const act = (): void => {
        for (const queue of this.#queues) queue.start();
        log("started");
      };
      if (leaseName === undefined) return act();
      const namespace = env.POD_NAMESPACE ?? "default";
      const election = { client, name: leaseName, namespace, identity: `${env.POD_NAME}_${randomUUID()}`, signal };
      await leads(election);
      act();
      if (!(await keepsLeading(election))) {
        log(`lost the lease ${leaseName}`);
        void stop(1);
      }
    };
    const leading = start().catch((error) => {
      if (!signal.aborted) log(error instanceof Error ? error.message : String(error));
    });
    return { stop: () => stop(0), kill: () => void stop(137), ended };
  }

  /** An API server that is away would fill the log. */
  #complain(line: string): void {
    if (line === this.#lastComplaint) return;
    this.#lastComplaint = line;
    this.#context.log(line);
  }
}
