import { insideAddress, insideRange } from "../../mesh/inside.ts";
import { rule } from "../../rule.ts";
import { settings } from "../../settings.ts";
import { aws, azure } from "../../sources/clouds.ts";
import { INSIDE_ADDRESSES } from "../../sources/ours.ts";

export default rule({
  id: "MSH-006",
  title: "Addresses inside tunnels are of the ranges that all three clouds take",
  severity: "high",
  why: "Azure takes 169.254.21.0 to 169.254.22.255 and nothing else, AWS keeps some of the rest for itself, and a BGP session over a refused address never comes up.",
  sources: [
    azure("vpn-gateway/vpn-gateway-bgp-overview", "which link-local addresses a gateway takes"),
    aws("vpn/latest/s2svpn/VPNTunnels.html", "which link-local ranges are reserved"),
    INSIDE_ADDRESSES,
  ],
  fix: "Let the mesh planner give them out (infra/plan/mesh.ts).",
  ...settings({
    "aws:ec2/vpnConnection:VpnConnection": { tunnel1InsideCidr: insideRange, tunnel2InsideCidr: insideRange },
    "azure-native:network:LocalNetworkGateway": { "bgpSettings.bgpPeeringAddress": insideAddress },
    "azure-native:network:VirtualNetworkGateway": {
      "bgpSettings.bgpPeeringAddresses[].customBgpIpAddresses[]": insideAddress,
    },
    "azure-native:network:VirtualNetworkGatewayConnection": {
      "gatewayCustomBgpIpAddresses[].customBgpIpAddress": insideAddress,
    },
    "gcp:compute/routerInterface:RouterInterface": { ipRange: insideRange },
    "gcp:compute/routerPeer:RouterPeer": { ipAddress: insideAddress, peerIpAddress: insideAddress },
  }),
});
