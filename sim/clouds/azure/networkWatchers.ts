import type { FlowLog, FlowLogArgs } from "@pulumi/azure-native/network/flowLog.js";
import type { NetworkWatcher, NetworkWatcherArgs } from "@pulumi/azure-native/network/networkWatcher.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource, refuseWhileNested } from "./arm.ts";
import { given } from "./given.ts";
import { childrenOf, find, groupId, nameOf, parseId, same } from "./ids.ts";
import { isLocation, normalise } from "./locations.ts";
import { operationalInsightsWorkspace } from "./logs.ts";
import { identityWith, userAssignedIdentity } from "./managedIdentities.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName, childName } from "./networkNames.ts";
import { networkSecurityGroup } from "./securityGroups.ts";
import { storageAccount } from "./storageAccounts.ts";
import { findSubnet } from "./subnets.ts";
import { checkTags } from "./tags.ts";
import { virtualNetwork } from "./virtualNetworks.ts";

const WATCHER = "Microsoft.Network/networkWatchers";

/** The group in which Azure keeps the watchers that it makes by itself. */
const AZURES_GROUP = "NetworkWatcherRG";

export const networkWatcher: Service<OutputsOf<NetworkWatcher>> = service<NetworkWatcherArgs, NetworkWatcher>(
  "azure-native:network:NetworkWatcher",
  {
    replaceOn: ["networkWatcherName", "resourceGroupName", "location"],
    naming: anyName("networkWatcherName"),
    create: (input, world) => {
      checkNetworkName(input.networkWatcherName ?? "");
      const watcher = newResource(world, networkWatcher, WATCHER, input, input.networkWatcherName);
      if (watcherOf(world, watcher.location) !== undefined) {
        refuse(
          "NetworkWatcherCountLimitReached",
          "Cannot create more than 1 network watchers for this subscription in this region.",
        );
      }
      return { ...watcher, azureApiVersion: "2024-05-01", etag: etag(world), provisioningState: "Succeeded" };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      return { etag: etag(world) };
    },
    remove: (watcher, world) => {
      deletable(world, watcher.id);
      const logs = childrenOf(world, flowLog, watcher.id);
      refuseWhileNested(logs);
    },
    seconds: { create: 3, update: 2, remove: 5 },
  },
);

export const flowLog: Service<OutputsOf<FlowLog>> = service<FlowLogArgs, FlowLog>("azure-native:network:FlowLog", {
  replaceOn: ["flowLogName", "networkWatcherName", "resourceGroupName", "location"],
  naming: childName("flowLogName"),
  region: (input, world) => normalise(input.location ?? world.region),
  create: (input, world) => {
    const name = input.flowLogName ?? world.logicalName;
    checkNetworkName(name);
    const location = normalise(input.location ?? world.region);
    checkTags(input.tags);
    if (!isLocation(location)) {
      refuse(
        "LocationNotAvailableForResourceType",
        `The provided location '${location}' is not available for resource type '${WATCHER}/flowLogs'.`,
      );
    }
    const watcherId = `${groupId(world, input.resourceGroupName)}/providers/${WATCHER}/${input.networkWatcherName}`;
    const watcher = watcherOf(world, location);
    if (watcher === undefined || !same(watcher, watcherId)) {
      refuse(
        "ParentResourceNotFound",
        `Failed to perform 'write' on resource(s) of type 'networkWatchers/flowLogs', because the parent resource '${watcherId}' could not be found.`,
      );
    }
    const id = `${watcherId}/flowLogs/${name}`;
    const existing = find(world, flowLog, id);
    if (existing !== undefined) refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
    const targetResourceGuid = check(input, id, location, world);
    const earlier = world.all(flowLog).find(({ state }) => same(state.targetResourceId, input.targetResourceId));
    if (earlier !== undefined) {
      refuse(
        "FlowLogAlreadyExistsOnTarget",
        `Flow log ${earlier.id} already exists on target resource ${input.targetResourceId}. A resource has one flow log.`,
      );
    }
    return {
      id,
      name,
      type: `${WATCHER}/flowLogs`,
      location,
      azureApiVersion: "2024-05-01",
      enabled: input.enabled ?? true,
      etag: etag(world),
      format: given(input.format) ?? { type: "JSON", version: 1 },
      provisioningState: "Succeeded",
      retentionPolicy: given(input.retentionPolicy) ?? { days: 0, enabled: false },
      targetResourceGuid,
      ...(input.identity === undefined ? {} : { identity: identityWith(input.identity, world) }),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    check(input, current.id, current.region, world);
    return {
      etag: etag(world),
      ...(input.identity === undefined ? {} : { identity: identityWith(input.identity, world) }),
    };
  },
  remove: (log, world) => deletable(world, log.id),
  seconds: { create: 10, update: 10, remove: 10 },
});

/**
 * The watcher of a location: one that somebody made, or Azure's own, which is there from the moment a virtual network stands
 * in the location. Azure's own is no resource of any program, and so is not kept.
 */
function watcherOf(world: World, location: string): string | undefined {
  const made = world
    .all(networkWatcher)
    .find((watcher) => watcher.account === world.account && watcher.region === location);
  if (made !== undefined) return made.id;
  const hasNetwork = world
    .all(virtualNetwork)
    .some((network) => network.account === world.account && network.region === location);
  return hasNetwork ? `${groupId(world, AZURES_GROUP)}/providers/${WATCHER}/NetworkWatcher_${location}` : undefined;
}

/** Checks a flow log and returns the GUID of its target. */
function check(input: Unwrap<FlowLogArgs>, id: string, location: string, world: World): string {
  const { targetResourceId: target } = input;
  const subnet = findSubnet(world, target);
  const found = find(world, virtualNetwork, target) ?? find(world, networkSecurityGroup, target) ?? subnet?.network;
  if (found === undefined || found.region !== location) {
    return refuse(
      "InvalidResourceReference",
      `Resource ${target} referenced by resource ${id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  if (same(parseId(target)?.type ?? "", "Microsoft.Network/networkSecurityGroups")) {
    refuse(
      "NsgFlowLogCreationNotAllowed",
      `Flow log ${nameOf(id)}: NSG flow logs can no longer be created since June 30, 2025. Use virtual network flow logs.`,
    );
  }
  checkStorage(input.storageId, id, location, world);
  const days = input.retentionPolicy?.days ?? 0;
  if (days < 0 || days > 365) {
    refuse(
      "InvalidRetentionPolicyDays",
      `Retention of ${days} days of flow log ${id} is invalid. It should be between 0 and 365.`,
    );
  }
  const analytics = input.flowAnalyticsConfiguration?.networkWatcherFlowAnalyticsConfiguration;
  if (analytics?.enabled === true) {
    if (analytics.trafficAnalyticsInterval !== undefined && ![10, 60].includes(analytics.trafficAnalyticsInterval)) {
      refuse(
        "InvalidTrafficAnalyticsInterval",
        `TrafficAnalyticsInterval ${analytics.trafficAnalyticsInterval} of flow log ${id} is invalid. Allowed values are 10 and 60.`,
      );
    }
    if (find(world, operationalInsightsWorkspace, analytics.workspaceResourceId) === undefined) {
      refuse(
        "WorkspaceNotFound",
        `Log Analytics workspace ${analytics.workspaceResourceId ?? ""} of flow log ${id} could not be found.`,
      );
    }
  }
  for (const identity of input.identity?.userAssignedIdentities ?? []) {
    if (find(world, userAssignedIdentity, identity) === undefined) {
      refuse(
        "FailedIdentityOperation",
        `Identity operation for resource '${id}' failed with error 'The Managed Service Identity ${identity} could not be found.'`,
      );
    }
  }
  return "resourceGuid" in found.state ? found.state.resourceGuid : guid(world);
}

function checkStorage(storageId: string, id: string, location: string, world: World): void {
  const account = find(world, storageAccount, storageId);
  if (account === undefined || account.region !== location) {
    refuse(
      "InvalidResourceReference",
      `Resource ${storageId} referenced by resource ${id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  } else if (account.state.sku.name.startsWith("Premium")) {
    refuse(
      "FlowLogPremiumStorageNotSupported",
      `Storage account ${storageId} of flow log ${id} is a premium account. Use a standard account.`,
    );
  }
}
