import { rule } from "../../rule.ts";
import { exactly, given, settings } from "../../settings.ts";
import { azure } from "../../sources/clouds.ts";

export default rule({
  id: "MSH-009",
  title: "Routes are learnt by BGP, and every path carries traffic",
  severity: "high",
  why: "A static route goes on pointing into a tunnel that is down, and a standby instance takes over only after its 60 to 90 seconds.",
  sources: [
    azure("vpn-gateway/vpn-gateway-highlyavailable", "how long a standby takes, and that BGP keeps several paths"),
  ],
  fix: "Leave static routes off, switch on ECMP (AWS), active-active and BGP (Azure), and join tunnels to a router (Google Cloud).",
  ...settings({
    "aws:ec2/vpnConnection:VpnConnection": { staticRoutesOnly: exactly(false) },
    "aws:ec2transitgateway/transitGateway:TransitGateway": { vpnEcmpSupport: exactly("enable") },
    "azure-native:network:VirtualNetworkGateway": { activeActive: exactly(true), enableBgp: exactly(true) },
    "azure-native:network:VirtualNetworkGatewayConnection": { enableBgp: exactly(true) },
    "gcp:compute/externalVpnGateway:ExternalVpnGateway": {
      redundancyType: exactly("TWO_IPS_REDUNDANCY", "FOUR_IPS_REDUNDANCY"),
    },
    "gcp:compute/vPNTunnel:VPNTunnel": { router: given },
  }),
});
