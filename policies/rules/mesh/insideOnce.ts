import { rangeOf } from "../../ipv4.ts";
import { ROUTER, ROUTER_INTERFACE, TRANSIT_GATEWAY, VPN_CONNECTION } from "../../mesh/gateways.ts";
import { knownAt } from "../../path.ts";
import { sourceOf } from "../../references.ts";
import { aws } from "../../sources/clouds.ts";
import { INSIDE_ADDRESSES } from "../../sources/ours.ts";
import { stackRule } from "../../stackRule.ts";

/** Where a tunnel's range is said, and the gateway at which it must be the only one. Azure's gateway itself refuses a second. */
const RANGES: Readonly<Record<string, { at: readonly string[]; gateway: readonly [property: string, type: string] }>> =
  {
    [VPN_CONNECTION]: {
      at: ["tunnel1InsideCidr", "tunnel2InsideCidr"],
      gateway: ["transitGatewayId", TRANSIT_GATEWAY],
    },
    [ROUTER_INTERFACE]: { at: ["ipRange"], gateway: ["router", ROUTER] },
  };

export default stackRule({
  id: "MSH-007",
  title: "No two tunnels of a gateway have the same addresses inside",
  severity: "high",
  why: "The gateway would answer two peers on one address; AWS refuses it in the middle of an update, Google Cloud at the session.",
  sources: [aws("vpn/latest/s2svpn/VPNTunnels.html", "inside ranges are unique at a gateway"), INSIDE_ADDRESSES],
  fix: "Let the mesh planner give them out (infra/plan/mesh.ts).",
  applies: [...Object.keys(RANGES), TRANSIT_GATEWAY, ROUTER],
  needs: Object.values(RANGES).flatMap(({ at }) => at),
  check: (resources) => {
    const tunnels = resources.flatMap((each) => {
      const { at, gateway } = RANGES[each.type] ?? {};
      const owner = gateway && sourceOf(each, gateway[0], gateway[1], resources)?.urn;
      return (at ?? []).flatMap((path) =>
        knownAt(each.props, path).map((cidr) => ({ ...each, path, owner, first: rangeOf(cidr)?.first })),
      );
    });
    return tunnels.flatMap((one, index) => {
      const same = tunnels.slice(0, index).find((other) => other.owner === one.owner && other.first === one.first);
      return same === undefined ? [] : [{ urn: one.urn, text: `${one.path} is that of ${same.name}, too` }];
    });
  },
});
