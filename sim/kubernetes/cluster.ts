import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, Query } from "../../client/client.ts";
import { ApiError, UnreachableError } from "../../client/problem.ts";
import { ProviderError } from "../server/simulator.ts";
import { text } from "./fields.ts";
import type { Kind } from "./token.ts";

/** An object as the API server holds it or as it is sent there. */
export type Manifest = KubernetesObject & Record<string, unknown>;

/** What names one object. */
export type Reference = Kind & { metadata: { name: string; namespace?: string } };

/** How the API serves a kind. */
export interface ApiResource {
  /** Plural, as in paths. */
  name: string;
  kind: string;
  namespaced: boolean;
}

/** The cluster could not be asked, or nobody could be authenticated to it: nothing is known of what it holds. */
export class UnreachableCluster extends ProviderError {}

/** A kind that the cluster does not serve and for which it has no definition. */
export class UnknownKind extends ProviderError {}

/** A definition that has just been made is served after about a second; one that is still to be made is worth waiting for too. */
const KIND_WAIT_SECONDS = 20;

/** A supervised API server that was killed is back after about three seconds. */
const PATIENCE_MS = 5000;

/** One cluster: its client, and which kinds it serves under which paths. */
export class Cluster {
  readonly #client: ClusterClient;
  readonly #kinds = new Map<string, Promise<ApiResource[]>>();
  /** Since when the API server has not been reached, in milliseconds, and when it was last tried. */
  #failing: { since: number; last: number } | undefined;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  get server(): string {
    return this.#client.server;
  }

  /** How the cluster serves a kind; undefined when it does not. What is missing is asked for again. */
  async find({ apiVersion, kind }: Kind): Promise<ApiResource | undefined> {
    const search = async () => (await this.#served(apiVersion)).find((resource) => resource.kind === kind);
    const found = await search();
    if (found !== undefined) return found;
    this.#kinds.delete(apiVersion);
    return search();
  }

  /**
   * As `find`, but waits for a kind whose definition is being established.
   * @throws UnknownKind when it does not come
   */
  async resource(kind: Kind, signal?: AbortSignal): Promise<ApiResource> {
    const until = Date.now() + KIND_WAIT_SECONDS * 1000;
    for (;;) {
      const found = await this.find(kind);
      if (found !== undefined) return found;
      if (Date.now() > until || signal?.aborted) throw unknownKind(kind);
      await sleep(300);
    }
  }

  /**
   * Whether a kind is unknown for certain: a starting API server does not serve all its custom resources at once,
   * and an object must not pass for deleted because of that.
   */
  async isUndefined(kind: Kind): Promise<boolean> {
    if ((await this.find(kind)) !== undefined) return false;
    const group = kind.apiVersion.split("/")[0];
    const { items } = await this.request<{ items: unknown[] }>(
      "GET",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    );
    return !items.some(
      (item) => text(item, "spec", "group") === group && text(item, "spec", "names", "kind") === kind.kind,
    );
  }

  /** Undefined when the object does not exist, which only an API server can say. */
  async get(reference: Reference): Promise<Manifest | undefined> {
    const resource = await this.resource(reference);
    return this.#orUndefined(this.request<Manifest>("GET", pathOf(resource, reference)));
  }

  async list(kind: Kind, namespace: string | undefined, query: Query = {}): Promise<Manifest[]> {
    const resource = await this.resource(kind);
    const { items } = await this.request<{ items: Manifest[] }>("GET", collectionOf(resource, kind, namespace), query);
    // Items of a list come without their kind.
    return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
  }

  /** Server-side apply. */
  async apply(
    manifest: Manifest,
    options: { manager: string; force: boolean; dryRun?: boolean; signal?: AbortSignal },
  ): Promise<Manifest> {
    const { manager, force, dryRun = false } = options;
    const until = Date.now() + KIND_WAIT_SECONDS * 1000;
    for (;;) {
      const resource = await this.resource(manifest, options.signal);
      const path = pathOf(resource, manifest);
      try {
        return await this.#guarded(() =>
          this.#client.apply<Manifest>(path, manifest, { fieldManager: manager, force, dryRun }),
        );
      } catch (error) {
        if (!isUnserved(error) || Date.now() > until) throw error;
        this.#kinds.delete(manifest.apiVersion);
        await sleep(300);
      }
    }
  }

  /** Asks for the deletion; false when there is nothing to delete. */
  async remove(reference: Reference, propagationPolicy: string): Promise<boolean> {
    const resource = await this.find(reference);
    if (resource === undefined) return false;
    const request = this.#guarded(() => this.#client.remove(pathOf(resource, reference), { propagationPolicy }));
    return (await this.#orUndefined(request)) !== undefined;
  }

  /** @throws ApiError when the server refuses, UnreachableCluster when it cannot be asked */
  request<Answer>(method: string, path: string, query: Query = {}): Promise<Answer> {
    return this.#guarded(() => this.#client.request<Answer>(method, path, { query }));
  }

  async #served(apiVersion: string): Promise<ApiResource[]> {
    const held = this.#kinds.get(apiVersion);
    if (held !== undefined) return held;
    const asked = this.#orUndefined(this.request<{ resources: ApiResource[] }>("GET", `${groupPath(apiVersion)}`)).then(
      (answer) => (answer?.resources ?? []).filter(({ name }) => !name.includes("/")),
    );
    this.#kinds.set(apiVersion, asked);
    asked.catch(() => this.#kinds.delete(apiVersion));
    return asked;
  }

  /**
   * Sends a request, again for a few seconds while the API server cannot be reached: it may be restarting. All requests
   * share these seconds, so that a run does not wait for every object of a cluster that is gone. Every request may be sent twice.
   */
  async #guarded<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await send();
        this.#failing = undefined;
        return answer;
      } catch (error) {
        // Whatever did not come from the API server itself (a proxy's answer, a credential plugin's failure) says nothing of the object.
        if (error instanceof ApiError && error.status !== undefined) throw error;
        const now = Date.now();
        if (this.#failing === undefined || now - this.#failing.last > 6 * PATIENCE_MS)
          this.#failing = { since: now, last: now };
        this.#failing.last = now;
        if (!(error instanceof UnreachableError) || now - this.#failing.since > PATIENCE_MS) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new UnreachableCluster(
            reason.includes("cannot be reached")
              ? `the Kubernetes cluster at ${reason}`
              : `the Kubernetes cluster at ${this.server} cannot be reached: ${reason}`,
          );
        }
        await sleep(500);
      }
    }
  }

  async #orUndefined<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404 && error.status !== undefined) return undefined;
      throw error;
    }
  }
}

const groupPath = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const collectionOf = (resource: ApiResource, { apiVersion }: Kind, namespace: string | undefined): string => {
  const inNamespace = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${groupPath(apiVersion)}${inNamespace}/${resource.name}`;
};

const pathOf = (resource: ApiResource, reference: Reference): string => {
  const { name, namespace = "default" } = reference.metadata;
  return `${collectionOf(resource, reference, namespace)}/${encodeURIComponent(name)}`;
};

/** The answer for a path that is not served: of a kind that is about to be, or is no longer. */
const isUnserved = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && /could not find the requested resource/.test(error.message);

const unknownKind = ({ apiVersion, kind }: Kind): UnknownKind =>
  new UnknownKind(
    `no matches for kind "${kind}" in version "${apiVersion}": the cluster does not know it. To do: let the resource depend on the release or CustomResourceDefinition that brings it`,
  );
