import { ASN_PLACES, type Gateway, gatewaysOf, MESH_TYPES, pathsOf, peeredNatively } from "../../mesh/gateways.ts";
import { aws, googleCloud } from "../../sources/clouds.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";

const LEAST = 2;

export default stackRule({
  id: "MSH-003",
  title: "Every pair of regions is joined by two paths or by the cloud's own peering, declared at both ends",
  severity: "critical",
  why: "Clouds take tunnels down for maintenance one at a time; with one path that is an outage of the pair, and of every quorum that needs it.",
  sources: [
    aws("vpn/latest/s2svpn/endpoint-replacements.html", "tunnels are taken down for updates"),
    googleCloud(
      "network-connectivity/docs/vpn/concepts/topologies",
      "the availability that is promised needs two tunnels",
    ),
  ],
  fix: "Let the mesh planner lay the links: two connections or interfaces for each pair.",
  applies: MESH_TYPES,
  needs: [...Object.values(ASN_PLACES), "bgpAsn", "peerAsn", "vpnGatewayInterface"],
  check: (resources) => {
    const gateways = gatewaysOf(resources);
    const paths = pathsOf(resources);
    const thin = (from: Gateway, to: Gateway): StackFinding[] => {
      const over = new Set(
        paths.filter((each) => each.from === from.resource.urn && each.peerAsn === to.asn).map((each) => each.over),
      );
      if (over.size >= LEAST) return [];
      const text = `declares ${over.size} of ${LEAST} paths to ${to.resource.name} (BGP number ${to.asn})`;
      return [{ urn: from.resource.urn, text }];
    };
    return gateways.flatMap((one, index) =>
      gateways
        .slice(index + 1)
        .filter((other) => !peeredNatively(one, other, resources))
        .flatMap((other) => [...thin(one, other), ...thin(other, one)]),
    );
  },
});
