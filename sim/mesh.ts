import { awsNetworks } from "./clouds/aws/tunnels.ts";
import { azureNetworks } from "./clouds/azure/tunnels.ts";
import type { CloudCluster } from "./clouds/cluster.ts";
import { gcpNetworks } from "./clouds/gcp/tunnels.ts";
import { type CloudNetworks, type MeshStatus, meshStatus, reachable } from "./network/oracle.ts";
import type { Store, StoredResource } from "./store.ts";

/** What the oracle looks at, for the resources of one stack. */
export function cloudNetworks(resources: readonly StoredResource[]): CloudNetworks[] {
  const of = (name: string) => resources.filter((resource) => resource.package === name);
  return [awsNetworks(of("aws")), azureNetworks(of("azure-native")), gcpNetworks(of("gcp"))];
}

/** The stack that a resource belongs to, from its URN. */
export const stackOf = (resource: { urn: string }): string =>
  resource.urn.slice("urn:pulumi:".length).split("::")[0] ?? "";

/** Which clusters' networks reach each other at this moment. Worked out anew only when something in the clouds has changed. */
export class MeshReach {
  readonly #store: Pick<Store, "all" | "revision">;
  readonly #known = new Map<string, { revision: number; status: MeshStatus }>();

  constructor(store: Pick<Store, "all" | "revision">) {
    this.#store = store;
  }

  /** Why no packet gets from one cluster's network to another's; undefined when tunnels, routes and firewalls let it. */
  whyApart(from: CloudCluster, to: CloudCluster): string | undefined {
    const stack = stackOf(from.resource);
    if (stackOf(to.resource) !== stack) return "they belong to different stacks";
    const answer = reachable(this.#statusOf(stack), from.region, to.region);
    return answer.reachable ? undefined : (answer.reason ?? "no link carries packets");
  }

  #statusOf(stack: string): MeshStatus {
    const { revision } = this.#store;
    const known = this.#known.get(stack);
    if (known?.revision === revision) return known.status;
    const status = meshStatus(cloudNetworks(this.#store.all().filter((resource) => stackOf(resource) === stack)));
    this.#known.set(stack, { revision, status });
    return status;
  }
}
