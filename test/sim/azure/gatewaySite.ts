import { placed, publicAddress, withNetwork } from "./baseline.ts";
import { Subscription } from "./subscription.ts";

export const GATEWAY = "network:VirtualNetworkGateway";

/** A network with a gateway subnet and two public addresses, and the request for an active-active gateway there. */
export async function gatewaySite(azure = new Subscription()) {
  const site = await withNetwork(azure);
  const gatewaySubnet = await site.subnet("GatewaySubnet", "10.2.192.0/24");
  const [first, second] = [await publicAddress(azure, "gw0"), await publicAddress(azure, "gw1")];
  const configuration = (name: string, addressId: string, subnetId = gatewaySubnet.id) => ({
    name,
    subnet: { id: subnetId },
    publicIPAddress: { id: addressId },
  });
  const configurationId = (gateway: string, instance: number) =>
    `${site.network.id.replace("virtualNetworks/vnet", `virtualNetworkGateways/${gateway}`)}/ipConfigurations/i${instance}`;
  const apipa = (gateway: string, ...addresses: string[][]) => ({
    asn: 64601,
    bgpPeeringAddresses: addresses.map((customBgpIpAddresses, instance) => ({
      ipconfigurationId: configurationId(gateway, instance),
      customBgpIpAddresses,
    })),
  });
  const both = [configuration("i0", first.id), configuration("i1", second.id)];
  const gateway = (more: object = {}) => ({
    ...placed,
    virtualNetworkGatewayName: "gw",
    gatewayType: "Vpn",
    vpnType: "RouteBased",
    vpnGatewayGeneration: "Generation2",
    sku: { name: "VpnGw2AZ", tier: "VpnGw2AZ" },
    activeActive: true,
    enableBgp: true,
    ipConfigurations: both,
    bgpSettings: apipa("gw", ["169.254.21.2"], ["169.254.22.2"]),
    ...more,
  });
  return { ...site, gatewaySubnet, first, second, configuration, configurationId, apipa, both, gateway };
}
