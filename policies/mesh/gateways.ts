import { Unknown, valueAt, valuesAt } from "../path.ts";
import { sourceOf } from "../references.ts";
import type { StackResource } from "../stackRule.ts";

export const TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway";
const CUSTOMER_GATEWAY = "aws:ec2/customerGateway:CustomerGateway";
export const VPN_CONNECTION = "aws:ec2/vpnConnection:VpnConnection";
const TRANSIT_PEERING = "aws:ec2transitgateway/peeringAttachment:PeeringAttachment";
export const AZURE_GATEWAY = "azure-native:network:VirtualNetworkGateway";
const LOCAL_GATEWAY = "azure-native:network:LocalNetworkGateway";
export const AZURE_CONNECTION = "azure-native:network:VirtualNetworkGatewayConnection";
const VNET_PEERING = "azure-native:network:VirtualNetworkPeering";
const SUBNET = "azure-native:network:Subnet";
const VNET = "azure-native:network:VirtualNetwork";
export const ROUTER = "gcp:compute/router:Router";
const ROUTER_PEER = "gcp:compute/routerPeer:RouterPeer";
export const ROUTER_INTERFACE = "gcp:compute/routerInterface:RouterInterface";
export const VPN_TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel";
const NETWORK = "gcp:compute/network:Network";
const NETWORK_PEERING = "gcp:compute/networkPeering:NetworkPeering";

/** Everything that links between regions are made of. */
export const MESH_TYPES = [
  TRANSIT_GATEWAY,
  CUSTOMER_GATEWAY,
  VPN_CONNECTION,
  TRANSIT_PEERING,
  AZURE_GATEWAY,
  LOCAL_GATEWAY,
  AZURE_CONNECTION,
  VNET_PEERING,
  SUBNET,
  VNET,
  ROUTER,
  ROUTER_PEER,
  ROUTER_INTERFACE,
  VPN_TUNNEL,
  NETWORK,
  NETWORK_PEERING,
];

/** Where each cloud's gateway says its autonomous system number. */
export const ASN_PLACES: Readonly<Record<string, string>> = {
  [TRANSIT_GATEWAY]: "amazonSideAsn",
  [AZURE_GATEWAY]: "bgpSettings.asn",
  [ROUTER]: "bgp.asn",
};

/** A region's gateway to the others. */
export interface Gateway {
  resource: StackResource;
  asn: number;
  /** URN of what native peerings of its cloud join: the transit gateway itself, the VNet or the network. */
  network: string | undefined;
}

/** The gateways of a stack. Routers without BGP carry NAT and are none. */
export const gatewaysOf = (resources: readonly StackResource[]): Gateway[] =>
  resources.flatMap((resource) => {
    const place = ASN_PLACES[resource.type];
    const asn = place && valueAt(resource.props, place);
    if (asn === undefined || asn instanceof Unknown) return [];
    return [{ resource, asn: Number(asn), network: networkOf(resource, resources)?.urn }];
  });

function networkOf(gateway: StackResource, resources: readonly StackResource[]): StackResource | undefined {
  if (gateway.type === TRANSIT_GATEWAY) return gateway;
  if (gateway.type === ROUTER) return sourceOf(gateway, "network", NETWORK, resources);
  const subnet = sourceOf(gateway, "ipConfigurations", SUBNET, resources);
  return subnet && sourceOf(subnet, "virtualNetworkName", VNET, resources);
}

/** A way of a gateway to another one's number. */
export interface Path {
  /** URN of the gateway that it starts at. */
  from: string;
  peerAsn: number;
  /** What is lost together: the connection on AWS, the peer's address on Azure, the gateway's interface on Google Cloud. */
  over: string;
}

/** Every tunnel with its BGP session, as each end declares it. */
export const pathsOf = (resources: readonly StackResource[]): Path[] =>
  resources.flatMap((each) => {
    switch (each.type) {
      case VPN_CONNECTION: {
        const peer = sourceOf(each, "customerGatewayId", CUSTOMER_GATEWAY, resources);
        return path(sourceOf(each, "transitGatewayId", TRANSIT_GATEWAY, resources), peer, "bgpAsn", each.urn);
      }
      case AZURE_CONNECTION: {
        const peer = sourceOf(each, "localNetworkGateway2", LOCAL_GATEWAY, resources);
        const gateway = sourceOf(each, "virtualNetworkGateway1", AZURE_GATEWAY, resources);
        return path(gateway, peer, "bgpSettings.asn", peer?.urn ?? "");
      }
      case ROUTER_PEER: {
        const ownInterface = sourceOf(each, "interface", ROUTER_INTERFACE, resources);
        const tunnel = ownInterface && sourceOf(ownInterface, "vpnTunnel", VPN_TUNNEL, resources);
        if (tunnel === undefined) return [];
        const over = String(valueAt(tunnel.props, "vpnGatewayInterface"));
        return path(sourceOf(each, "router", ROUTER, resources), each, "peerAsn", over);
      }
      default:
        return [];
    }
  });

function path(from: StackResource | undefined, peer: StackResource | undefined, place: string, over: string): Path[] {
  if (from === undefined || peer === undefined) return [];
  const [asn] = valuesAt(peer.props, place);
  return [{ from: from.urn, peerAsn: Number(asn?.value), over }];
}

/** By type of a native peering, the properties of its two sides and what they come from. */
const PEERINGS: Readonly<Record<string, readonly [one: string, other: string, type: string]>> = {
  [TRANSIT_PEERING]: ["transitGatewayId", "peerTransitGatewayId", TRANSIT_GATEWAY],
  [VNET_PEERING]: ["virtualNetworkName", "remoteVirtualNetwork", VNET],
  [NETWORK_PEERING]: ["network", "peerNetwork", NETWORK],
};

/** Whether a cloud's own peering joins two gateways: it has no single tunnel to lose. */
export const peeredNatively = (one: Gateway, other: Gateway, resources: readonly StackResource[]): boolean =>
  resources.some((each) => {
    const sides = PEERINGS[each.type];
    if (sides === undefined) return false;
    const [here, there] = [sides[0], sides[1]].map((side) => sourceOf(each, side, sides[2], resources)?.urn);
    if (here === undefined || there === undefined) return false;
    return [here, there].includes(one.network ?? "") && [here, there].includes(other.network ?? "");
  });
