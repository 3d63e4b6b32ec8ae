import type { KubernetesObject } from "../../../client/client.ts";
import { Informer } from "../../../client/informer.ts";
import type { RegionContext, Stoppable } from "../../region/context.ts";

interface Node extends KubernetesObject {
  status?: { addresses?: { type: string; address: string }[] };
}

/** Names of nodes, which each cloud answers in its private DNS: the API server reaches kubelets by them. */
export class NodeNames implements Stoppable {
  readonly #nodes: Informer<Node>;

  constructor({ client, log }: RegionContext) {
    this.#nodes = new Informer({
      client,
      path: "/api/v1/nodes",
      onError: (error) => log(`network: ${error.message}`),
    });
  }

  start(): Promise<void> {
    return this.#nodes.start();
  }

  stop(): Promise<void> {
    return this.#nodes.stop();
  }

  /** Addresses of the node of that name; none when there is no such node. */
  resolve(name: string): string[] {
    const addresses = this.#nodes.get(name)?.status?.addresses ?? [];
    return addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  }
}
