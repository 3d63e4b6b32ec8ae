import { awsNetworks } from "./clouds/aws/tunnels.ts";
import { azureNetworks } from "./clouds/azure/tunnels.ts";
import { gcpNetworks } from "./clouds/gcp/tunnels.ts";
import type { CloudNetworks } from "./network/oracle.ts";
import type { StoredResource } from "./store.ts";

/** What the oracle looks at, for the resources of one stack. */
export function cloudNetworks(resources: readonly StoredResource[]): CloudNetworks[] {
  const of = (name: string) => resources.filter((resource) => resource.package === name);
  return [awsNetworks(of("aws")), azureNetworks(of("azure-native")), gcpNetworks(of("gcp"))];
}

/** The stack that a resource belongs to, from its URN. */
export const stackOf = (resource: { urn: string }): string =>
  resource.urn.slice("urn:pulumi:".length).split("::")[0] ?? "";
