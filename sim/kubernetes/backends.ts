import type { ClusterClient } from "../../client/client.ts";
import { renderChart } from "../charts/index.ts";
import { diffInputs } from "../server/diff.ts";
import { ProviderError } from "../server/simulator.ts";
import type { Backend, Operation } from "./backend.ts";
import { checkObject } from "./check.ts";
import { Cluster } from "./cluster.ts";
import { replaceOn } from "./immutable.ts";
import { ClusterObjects } from "./objects.ts";
import { type ObjectRecord, RecordedObjects } from "./recorded.ts";
import { nameRelease, Releases, type Render } from "./releases.ts";
import { RELEASE } from "./token.ts";

export interface BackendsOptions {
  connect: (kubeconfig: string) => ClusterClient;
  record?: ObjectRecord;
  render?: Render;
}

/** Chooses where a resource lives. Clusters are kept by kubeconfig, so that what is known of their kinds is asked once. */
export class Backends {
  readonly #options: BackendsOptions;
  readonly #clusters = new Map<string, { objects: Backend; releases: Backend }>();
  readonly #recorded: Backend | undefined;

  constructor(options: BackendsOptions) {
    this.#options = options;
    this.#recorded = options.record && new RecordedObjects(options.record);
  }

  /** @throws ProviderError when the kubeconfig is no good */
  of({ type, config }: Operation): Backend {
    if (this.#recorded !== undefined) return this.#recorded;
    if (config.kubeconfig === undefined) return unknownCluster;
    const { objects, releases } = this.#cluster(config.kubeconfig);
    return type === RELEASE ? releases : objects;
  }

  #cluster(kubeconfig: string): { objects: Backend; releases: Backend } {
    const held = this.#clusters.get(kubeconfig);
    if (held !== undefined) return held;
    const cluster = new Cluster(this.#connect(kubeconfig));
    const { render = renderChart } = this.#options;
    const backends = { objects: new ClusterObjects(cluster), releases: new Releases(cluster, render) };
    this.#clusters.set(kubeconfig, backends);
    return backends;
  }

  #connect(kubeconfig: string): ClusterClient {
    try {
      return this.#options.connect(kubeconfig);
    } catch (error) {
      throw new ProviderError(
        `the provider's kubeconfig cannot be used: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

const noCluster = async (): Promise<never> => {
  throw new ProviderError("the provider has no kubeconfig. To do: give it one, from the outputs of the cluster");
};

/** Of a cluster that is not known yet: previews work from the inputs alone. */
const unknownCluster: Backend = {
  check: async (operation, previous, inputs, hex) =>
    operation.type === RELEASE
      ? { inputs: nameRelease(operation, previous, inputs, hex), problems: [] }
      : checkObject(operation, previous, inputs, hex),
  diff: async (operation, old, inputs) => diffInputs(old.inputs, inputs, replaceOn(inputs, operation.config)),
  previewCreate: async (_, inputs) => inputs,
  previewUpdate: async (_, old, inputs) => ({ ...old.state, ...inputs }),
  create: noCluster,
  update: noCluster,
  read: noCluster,
  remove: noCluster,
};
