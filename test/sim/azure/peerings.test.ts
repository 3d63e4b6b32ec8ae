import { test } from "node:test";
import { inGroup, placed } from "./baseline.ts";
import { GATEWAY, gatewaySite } from "./gatewaySite.ts";
import { refuses } from "./subscription.ts";

const { azure, network, gateway } = await gatewaySite();
await azure.create(GATEWAY, gateway());

test("networks peer only if their ranges differ, and gateway flags fit", async () => {
  const peer = async (virtualNetworkName: string, range: string) =>
    azure.create("network:VirtualNetwork", {
      ...placed,
      virtualNetworkName,
      addressSpace: { addressPrefixes: [range] },
    });
  const [far, twin, third] = [
    await peer("far", "10.4.0.0/16"),
    await peer("twin", "10.2.0.0/24"),
    await peer("third", "10.4.8.0/24"),
  ];
  const peering = (virtualNetworkPeeringName: string, remote: string, more: object = {}) =>
    azure.create("network:VirtualNetworkPeering", {
      ...inGroup,
      virtualNetworkName: "vnet",
      virtualNetworkPeeringName,
      remoteVirtualNetwork: { id: remote },
      ...more,
    });
  await refuses("VnetAddressSpacesOverlap", peering("p", twin.id));
  await refuses("InvalidResourceReference", peering("p", `${far.id}x`));
  await refuses("PeeringToSelfNotAllowed", peering("p", network.id));
  await refuses("VnetWithGatewayCannotUseRemoteGateways", peering("p", far.id, { useRemoteGateways: true }));
  await refuses(
    "AllowGatewayTransitAndUseRemoteGatewaysConflict",
    peering("p", far.id, { useRemoteGateways: true, allowGatewayTransit: true }),
  );
  const there = await peering("p", far.id);
  await refuses("AnotherPeeringAlreadyReferencesRemoteVnet", peering("q", far.id));
  await refuses("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", peering("q", third.id));
  const back = (more: object = {}) => peering("back", network.id, { virtualNetworkName: "far", ...more });
  await refuses("RemotePeeringDoesNotAllowGatewayTransit", back({ useRemoteGateways: true }));
  await back();
  // One side is made anew: the other must be, too.
  await azure.remove("network:VirtualNetworkPeering", there.id);
  await refuses("RemotePeeringIsDisconnected", peering("p", far.id));
});
