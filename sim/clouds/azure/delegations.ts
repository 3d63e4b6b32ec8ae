import type { SubnetArgs } from "@pulumi/azure-native/network/subnet.js";
import type { Unwrap } from "@pulumi/pulumi";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { given } from "./given.ts";
import { etag } from "./metadata.ts";

type Asked = Unwrap<SubnetArgs>["delegations"];

/** Services that a subnet may be delegated to, as far as this simulator meets them. */
const DELEGATES =
  /^Microsoft\.(ContainerService\/managedClusters|ContainerInstance\/containerGroups|App\/environments|Web\/(serverFarms|hostingEnvironments)|Sql\/managedInstances|DBforPostgreSQL\/flexibleServers|DBforMySQL\/flexibleServers|NetApp\/volumes|Databricks\/workspaces|Network\/(dnsResolvers|networkWatchers|virtualNetworkGateways)|ApiManagement\/service|DevCenter\/networkConnection|StoragePool\/diskPools|Orbital\/orbitalGateways|HardwareSecurityModules\/dedicatedHSMs|Batch\/batchAccounts|MachineLearningServices\/workspaces|StreamAnalytics\/streamingJobs|Synapse\/workspaces|PowerPlatform\/.+|AVS\/PrivateClouds)$/i;

/** Checks what a subnet asks to be delegated to. */
export function checkDelegations(input: Asked, subnetId: string): void {
  const asked = input ?? [];
  if (asked.length > 1) {
    refuse(
      "SubnetMultipleDelegationsNotSupported",
      `Subnet ${subnetId} has ${asked.length} delegations. It can have one.`,
    );
  }
  for (const { name, serviceName } of asked) {
    if (name === undefined || name === "") {
      refuse("InvalidRequestFormat", `A delegation of subnet ${subnetId} has no name.`);
    }
    if (serviceName === undefined || !DELEGATES.test(serviceName)) {
      refuse(
        "SubnetDelegationServiceNameInvalid",
        `Subnet ${subnetId} cannot be delegated to '${serviceName ?? ""}': there is no such service.`,
      );
    }
  }
}

/** Delegations as Azure answers them. */
export const delegationsOf = (asked: Asked, subnetId: string, world: World) =>
  given(asked ?? []).map((delegation) => ({
    ...delegation,
    id: `${subnetId}/delegations/${delegation.name}`,
    actions: delegation.actions ?? ["Microsoft.Network/virtualNetworks/subnets/join/action"],
    etag: etag(world),
    provisioningState: "Succeeded",
    type: "Microsoft.Network/virtualNetworks/subnets/delegations",
  }));
