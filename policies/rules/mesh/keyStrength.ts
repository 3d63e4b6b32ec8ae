import { rule } from "../../rule.ts";
import { type Demand, settings } from "../../settings.ts";
import { DERIVED_KEYS } from "../../sources/ours.ts";
import { rfc } from "../../sources/standards.ts";

const SHORTEST = 32;

/** What three clouds take alike; AWS refuses a leading zero. */
const strong: Demand = {
  wanted: `${SHORTEST} to 64 random letters and digits, the first a letter`,
  holds: (value) =>
    typeof value === "string" &&
    value.length >= SHORTEST &&
    /^[A-Za-z][A-Za-z0-9._]{0,63}$/.test(value) &&
    // Random text of this length hardly ever has fewer; words and repetitions do.
    new Set(value).size >= 14,
};

export default rule({
  id: "MSH-004",
  title: "Every tunnel has a strong pre-shared key, given by the program",
  severity: "critical",
  why: "Whoever records a handshake tries keys at home; and a key that AWS makes by itself is in nobody's rotation.",
  sources: [rfc(7296, "a pre-shared key has as much randomness as the strongest key negotiated", "2.15"), DERIVED_KEYS],
  fix: "Derive it from the stack's secret with preSharedKey (infra/plan/ipsec.ts).",
  ...settings({
    "aws:ec2/vpnConnection:VpnConnection": { tunnel1PresharedKey: strong, tunnel2PresharedKey: strong },
    "azure-native:network:VirtualNetworkGatewayConnection": { sharedKey: strong },
    "gcp:compute/vPNTunnel:VPNTunnel": { sharedSecret: strong },
  }),
});
