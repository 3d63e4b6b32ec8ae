import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import type { PinnedChart } from "../../k8s/charts.ts";
import { renderChart } from "../../sim/charts/index.ts";
import type { ControllerContext } from "../../sim/controllers/context.ts";
import { collectionPath, type Resource } from "../../sim/controllers/paths.ts";
import type { Outside, RegionContext } from "../../sim/region/context.ts";
import { ApiServer, toolsFolder } from "../apiServer.ts";

/** A real API server that knows the custom resources of some charts. */
export class Cluster {
  readonly #server: ApiServer;
  readonly client: ClusterClient;

  private constructor(server: ApiServer) {
    this.#server = server;
    this.client = server.connect();
  }

  static async start(...charts: string[]): Promise<Cluster> {
    const server = await ApiServer.start();
    server.startControllers();
    for (const chart of charts) await server.define(chart);
    return new Cluster(server);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  create<Item extends KubernetesObject>(of: Resource, object: object, namespace?: string): Promise<Item> {
    return this.client.create(collectionPath(of, namespace), {
      apiVersion: of.apiVersion,
      kind: of.kind,
      ...object,
    }) as unknown as Promise<Item>;
  }

  /** Waits until an object is as it should be; fails with how it was last. */
  async until<Item>(path: string, isRight: (object: Item) => boolean | undefined, seconds = 20): Promise<Item> {
    let last: unknown;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
      const object = await this.client.get<Item>(path).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      last = object;
      if (object !== undefined && isRight(object)) return object;
    }
    throw new Error(`${path} did not become what it should: ${JSON.stringify(last, undefined, 1)}`);
  }

  /**
   * Makes what a release of a chart makes, its Deployments apart, and gives a client with the rights of its service
   * account: a controller that may too little must not work here either.
   */
  async install({ chart, version, repositoryOpts }: PinnedChart, namespace: string, values: object, account = chart) {
    const { objects, problems } = renderChart(
      { chart, version, repository: repositoryOpts.repo, namespace, releaseName: chart, values: { ...values } },
      await toolsFolder(),
    );
    if (problems.length > 0) throw new Error(problems.join("\n"));
    for (const object of objects.filter(({ kind }) => kind !== "Deployment")) {
      const { apiVersion, kind, metadata } = object;
      const plural = kind === "Prometheus" ? "prometheuses" : `${kind.toLowerCase()}s`;
      await this.create({ apiVersion, kind, plural }, object, metadata.namespace);
    }
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const { status } = await this.client.request<{ status: { token: string } }>("POST", path, { body: request });
    return this.#server.connect(status.token);
  }

  /** What a controller is given, in a region whose outside is this. */
  context(outside: Partial<Outside> = {}, settings: Partial<ControllerContext> = {}): ControllerContext {
    const folder = join(this.#server.folder, "regions", "test");
    mkdirSync(folder, { recursive: true });
    return {
      client: this.client,
      region: { spec: { cluster: "test" }, folder, outside } as RegionContext,
      args: [],
      env: { POD_NAME: "controller-0", POD_NAMESPACE: "default", POD_IP: "127.0.0.1" },
      log: () => undefined,
      ...settings,
    };
  }
}
