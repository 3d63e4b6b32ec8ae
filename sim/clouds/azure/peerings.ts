import type {
  VirtualNetworkPeering,
  VirtualNetworkPeeringArgs,
} from "@pulumi/azure-native/network/virtualNetworkPeering.js";
import type { Unwrap } from "@pulumi/pulumi";
import { overlaps } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newChild } from "./arm.ts";
import { childrenOf, find, nameOf, parentOf, parseId, same } from "./ids.ts";
import { etag, guid } from "./metadata.ts";
import { checkNetworkName, childName } from "./networkNames.ts";
import { VIRTUAL_NETWORK, virtualNetwork } from "./virtualNetworks.ts";
import { virtualNetworkGateway } from "./vpnGateways.ts";

type Input = Unwrap<VirtualNetworkPeeringArgs>;

export const virtualNetworkPeering: Service<OutputsOf<VirtualNetworkPeering>> = service<
  VirtualNetworkPeeringArgs,
  VirtualNetworkPeering
>("azure-native:network:VirtualNetworkPeering", {
  replaceOn: ["virtualNetworkPeeringName", "virtualNetworkName", "resourceGroupName"],
  naming: childName("virtualNetworkPeeringName"),
  create: (input, world) => {
    const name = input.virtualNetworkPeeringName ?? world.logicalName;
    checkNetworkName(name);
    const { child, parent } = newChild(
      world,
      virtualNetworkPeering,
      `${VIRTUAL_NETWORK}/virtualNetworkPeerings`,
      input,
      virtualNetwork,
      input.virtualNetworkName,
      name,
    );
    const remote = check(input, child.id, world);
    const other = returnPeering(world, remote.id, parent.id);
    if (other?.state.peeringState === "Disconnected") {
      refuse(
        "RemotePeeringIsDisconnected",
        `Cannot create or update peering ${child.id} because remote peering ${other.id} referencing parent virtual network ${parent.id} is in Disconnected state. Update or re-create the remote peering to get it back to Initiated state. Peering gets Disconnected when remote vnet or remote peering is deleted and re-created.`,
      );
    }
    const space = remote.state.addressSpace ?? { addressPrefixes: [] };
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      allowForwardedTraffic: input.allowForwardedTraffic ?? false,
      allowGatewayTransit: input.allowGatewayTransit ?? false,
      allowVirtualNetworkAccess: input.allowVirtualNetworkAccess ?? true,
      azureApiVersion: "2024-05-01",
      etag: etag(world),
      peerCompleteVnets: input.peerCompleteVnets ?? true,
      peeringState: other === undefined ? "Initiated" : "Connected",
      peeringSyncLevel: "FullyInSync",
      provisioningState: "Succeeded",
      remoteAddressSpace: space,
      remoteVirtualNetworkAddressSpace: space,
      remoteVirtualNetworkEncryption: { enabled: false, enforcement: "AllowUnencrypted" },
      resourceGuid: guid(world),
      useRemoteGateways: input.useRemoteGateways ?? false,
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    if (!same((current.inputs as Input).remoteVirtualNetwork?.id ?? "", input.remoteVirtualNetwork?.id ?? "")) {
      refuse(
        "ChangingRemoteVirtualNetworkNotAllowed",
        `Cannot change the remote virtual network of peering ${current.id}. Delete the peering and create it again.`,
      );
    }
    check(input, current.id, world);
    return { etag: etag(world) };
  },
  remove: (peering, world) => {
    deletable(world, peering.id);
    const remote = peering.state.remoteVirtualNetwork?.id;
    const other = remote === undefined ? undefined : returnPeering(world, remote, parentOf(peering.id));
    if (other !== undefined) world.amend(other, { peeringState: "Disconnected" });
  },
  seconds: { create: 10, update: 10, remove: 10 },
});

/** The peering in the other direction. */
export const returnPeering = (world: World, from: string, to: string) =>
  childrenOf(world, virtualNetworkPeering, from).find(({ state }) => same(state.remoteVirtualNetwork?.id ?? "", to));

function check(input: Input, id: string, world: World) {
  const localId = parentOf(id);
  const remoteId = input.remoteVirtualNetwork?.id ?? "";
  if (!same(parseId(remoteId)?.type ?? "", VIRTUAL_NETWORK)) {
    refuse(
      "LinkedInvalidPropertyId",
      `Property id '${remoteId}' at path 'properties.remoteVirtualNetwork.id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    );
  }
  if (same(localId, remoteId)) {
    refuse("PeeringToSelfNotAllowed", `Virtual network ${localId} cannot be peered with itself.`);
  }
  const local = find(world, virtualNetwork, localId);
  const remote = find(world, virtualNetwork, remoteId);
  if (local === undefined || remote === undefined) {
    return refuse(
      "InvalidResourceReference",
      `Resource ${remoteId} referenced by resource ${id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  const ours = local.state.addressSpace?.addressPrefixes ?? [];
  const theirs = remote.state.addressSpace?.addressPrefixes ?? [];
  const shared = ours.flatMap((one) =>
    theirs.filter((other) => overlaps(one, other)).map((other) => `${one},${other}`),
  );
  if (shared.length > 0) {
    refuse(
      "VnetAddressSpacesOverlap",
      `Cannot create or update peering ${id}. Virtual networks ${localId} and ${remoteId} cannot be peered because their address spaces overlap. Overlapping address prefixes: ${shared.join(",")}.`,
    );
  }
  for (const peering of childrenOf(world, virtualNetworkPeering, localId).filter((each) => !same(each.id, id))) {
    const peer = peering.state.remoteVirtualNetwork?.id ?? "";
    if (same(peer, remoteId)) {
      refuse(
        "AnotherPeeringAlreadyReferencesRemoteVnet",
        `Peering ${id} cannot be created or updated because another peering ${peering.id} already references remote virtual network ${remoteId}.`,
      );
    }
    const prefixes = find(world, virtualNetwork, peer)?.state.addressSpace?.addressPrefixes ?? [];
    if (prefixes.some((one) => theirs.some((other) => overlaps(one, other)))) {
      refuse(
        "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
        `Cannot create or update peering ${id} because address space of remote virtual network ${remoteId} overlaps with the address space of virtual network ${peer}, which ${localId} is already peered with.`,
      );
    }
  }
  checkTransit(input, { id, localId, remoteId }, world);
  return remote;
}

function checkTransit(input: Input, ids: { id: string; localId: string; remoteId: string }, world: World): void {
  if (input.useRemoteGateways !== true || input.doNotVerifyRemoteGateways === true) return;
  const { id, localId, remoteId } = ids;
  if (input.allowGatewayTransit === true) {
    refuse(
      "AllowGatewayTransitAndUseRemoteGatewaysConflict",
      `Peering ${id} cannot have both AllowGatewayTransit and UseRemoteGateways flags set to true.`,
    );
  }
  if (hasGateway(world, localId)) {
    refuse(
      "VnetWithGatewayCannotUseRemoteGateways",
      `Peering ${id} cannot have UseRemoteGateways flag set to true because virtual network ${localId} already has a gateway.`,
    );
  }
  if (!hasGateway(world, remoteId)) {
    refuse(
      "RemoteVnetHasNoGateways",
      `Peering ${id} cannot have UseRemoteGateway flag set to true because remote virtual network ${remoteId} referenced by the peering does not have any gateways.`,
    );
  }
  if (returnPeering(world, remoteId, localId)?.state.allowGatewayTransit === false) {
    refuse(
      "RemotePeeringDoesNotAllowGatewayTransit",
      `Peering ${nameOf(id)} cannot have UseRemoteGateways flag set to true, because corresponding remote peering has AllowGatewayTransit flag set to false.`,
    );
  }
}

const hasGateway = (world: World, networkId: string): boolean =>
  world
    .all(virtualNetworkGateway)
    .some(({ state }) =>
      (state.ipConfigurations ?? []).some(({ subnet }) => same(parentOf(subnet?.id ?? ""), networkId)),
    );
