import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, ObjectList, Query } from "./client.ts";
import { ApiError } from "./problem.ts";

export interface InformerOptions<Item extends KubernetesObject> {
  client: ClusterClient;
  /** Collection, such as `/api/v1/pods` or `/apis/apps/v1/namespaces/dwcp/deployments`. */
  path: string;
  /** Such as `labelSelector`. */
  query?: Query;
  /** Called with an object that is new or has changed, and what it was before. */
  onChange?: (object: Item, before: Item | undefined) => void;
  onDelete?: (object: Item) => void;
  /** Called when the server cannot be asked; the informer goes on trying. */
  onError?: (error: Error) => void;
}

/** Wait before asking again after a failure; long enough not to burden a server that is starting. */
const RETRY_MS = 500;

/** Servers end a watch now and then; asking for less than their 30–60 minutes keeps connections fresh. */
const WATCH_SECONDS = 600;

/**
 * Holds all objects of a collection and follows their changes: list, then watch, and again whenever the watch breaks.
 * After a break, what changed or went meanwhile is reported as a change or deletion.
 */
export class Informer<Item extends KubernetesObject> {
  readonly #options: InformerOptions<Item>;
  readonly #objects = new Map<string, Item>();
  readonly #ending = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(options: InformerOptions<Item>) {
    this.#options = options;
  }

  /** Starts following and resolves once the first list is here. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#synced.promise;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  all(): Item[] {
    return [...this.#objects.values()];
  }

  get(name: string, namespace = ""): Item | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  async #run(): Promise<void> {
    const { client, path, query = {}, onError } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        const list = await client.request<ObjectList<Item> & { kind: string; apiVersion: string }>("GET", path, {
          query,
          signal,
        });
        this.#replace(list);
        this.#synced.resolve();
        let { resourceVersion } = list.metadata;
        for (;;) {
          const watched = client.watch<Item>(
            path,
            { ...query, resourceVersion, timeoutSeconds: WATCH_SECONDS },
            signal,
          );
          for await (const { type, object } of watched) {
            resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
            if (type === "DELETED") this.#delete(object);
            else if (type !== "BOOKMARK") this.#change(object);
          }
          if (signal.aborted) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        // A version that the server no longer holds: list again at once.
        if (error instanceof ApiError && error.code === 410) continue;
        onError?.(error instanceof Error ? error : new Error(String(error)));
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #replace(list: ObjectList<Item> & { kind: string; apiVersion: string }): void {
    const present = new Set(list.items.map(keyOf));
    for (const [key, object] of this.#objects) if (!present.has(key)) this.#delete(object);
    // Items of a list come without their kind.
    const kind = list.kind.replace(/List$/, "");
    for (const item of list.items) this.#change({ ...item, apiVersion: list.apiVersion, kind });
  }

  #change(object: Item): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#options.onChange?.(object, before);
  }

  #delete(object: Item): void {
    if (this.#objects.delete(keyOf(object))) this.#options.onDelete?.(object);
  }
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;
