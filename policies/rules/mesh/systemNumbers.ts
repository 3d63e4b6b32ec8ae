import { ASN_PLACES, gatewaysOf } from "../../mesh/gateways.ts";
import { decision } from "../../sources/ours.ts";
import { rfc } from "../../sources/standards.ts";
import { stackRule } from "../../stackRule.ts";

/** Numbers for private use (RFC 6996). */
const PRIVATE = [
  [64_512, 65_534],
  [4_200_000_000, 4_294_967_294],
] as const;

/** Of these, what Azure keeps for itself (Azure VPN, "About BGP"). */
const TAKEN = [65_515, 65_517, 65_518, 65_519, 65_520];

export default stackRule({
  id: "MSH-002",
  title: "Each gateway has a private BGP number of its own",
  severity: "critical",
  why: "A route that carries a gateway's own number is dropped as a loop, so two regions with one number never hear of each other.",
  sources: [
    rfc(4271, "a route with the receiver's own number is a loop", "9.1.2"),
    decision("0003-region-numbers", "each region has a number of its own"),
  ],
  fix: "Give each region a number of its own (novacron:regions), from which its BGP number follows.",
  applies: Object.keys(ASN_PLACES),
  needs: Object.values(ASN_PLACES),
  check: (resources) => {
    const gateways = gatewaysOf(resources);
    return gateways.flatMap(({ resource: { urn }, asn }, index) => {
      const first = gateways.findIndex((each) => each.asn === asn);
      const isPrivate = PRIVATE.some(([least, most]) => asn >= least && asn <= most) && !TAKEN.includes(asn);
      return [
        ...(isPrivate ? [] : [{ urn, text: `BGP number ${asn} is not free for private use` }]),
        ...(first < index
          ? [{ urn, text: `BGP number ${asn} is also that of ${gateways[first]?.resource.name}` }]
          : []),
      ];
    });
  },
});
