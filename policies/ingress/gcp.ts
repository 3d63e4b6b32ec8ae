import { knownAt, Unknown, valueAt, valuesAt } from "../path.ts";
import type { Properties } from "../rule.ts";
import { type IngressReader, isAnywhere, openPorts } from "./opening.ts";

const FIREWALL = "gcp:compute/firewall:Firewall";

/** Rules of firewall policies, which stand above a network's own. */
const POLICY_RULES = [
  "gcp:compute/firewallPolicyRule:FirewallPolicyRule",
  "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
  "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
];

/** Where each kind of rule says what it lets in, and which sources it names. */
const FIREWALL_PATHS = {
  layers: "allows[]",
  protocol: "protocol",
  sources: "sourceRanges[]",
  narrower: ["sourceTags[]", "sourceServiceAccounts[]"],
};
const POLICY_PATHS = {
  layers: "match.layer4Configs[]",
  protocol: "ipProtocol",
  sources: "match.srcIpRanges[]",
  narrower: [
    "match.srcAddressGroups[]",
    "match.srcFqdns[]",
    "match.srcRegionCodes[]",
    "match.srcSecureTags[].name",
    "match.srcThreatIntelligences[]",
  ],
};

export const gcpIngress: IngressReader = {
  types: [FIREWALL, ...POLICY_RULES],
  needs: [
    "direction",
    "action",
    ...[FIREWALL_PATHS, POLICY_PATHS].flatMap(({ layers, protocol, sources, narrower }) => [
      `${layers}.${protocol}`,
      `${layers}.ports[]`,
      sources,
      ...narrower,
    ]),
  ],
  openings: (properties, type) => {
    const paths = type === FIREWALL ? FIREWALL_PATHS : POLICY_PATHS;
    // Without a direction Google takes a rule as one for ingress.
    const direction = valueAt(properties, "direction") ?? "INGRESS";
    const action = valueAt(properties, "action") ?? "allow";
    if (direction !== "INGRESS" || action instanceof Unknown || ["deny", "goto_next"].includes(String(action)))
      return [];
    if (!fromAnywhere(properties, paths)) return [];
    return valuesAt(properties, paths.layers)
      .filter(({ value }) => value !== undefined && !(value instanceof Unknown))
      .map(({ at, value }) => ({
        at,
        ports: openPorts(
          valueAt(value, paths.protocol),
          valuesAt(value, "ports[]").map((port) => port.value),
        ),
      }));
  },
};

/** A rule that names no source of any kind admits everybody. */
function fromAnywhere(properties: Properties, { sources, narrower }: typeof FIREWALL_PATHS): boolean {
  if (knownAt(properties, sources).some(isAnywhere)) return true;
  return [sources, ...narrower].every((path) => valuesAt(properties, path).every(({ value }) => value === undefined));
}
