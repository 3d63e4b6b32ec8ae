import { insideAddress, insideRange } from "../../mesh/inside.ts";
import { rule } from "../../rule.ts";
import { settings } from "../../settings.ts";

export default rule({
  id: "MSH-006",
  title: "Addresses inside tunnels are of the ranges that all three clouds take",
  severity: "high",
  why: "Azure takes 169.254.21.0 to 169.254.22.255 and nothing else, AWS keeps some of the rest for itself, and a BGP session over a refused address never comes up (Azure VPN, 'About BGP').",
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
