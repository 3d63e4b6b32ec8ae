import { AZURE_CONNECTION, VPN_CONNECTION, VPN_TUNNEL } from "../../mesh/gateways.ts";
import { knownAt } from "../../path.ts";
import { DERIVED_KEYS } from "../../sources/ours.ts";
import { stackRule } from "../../stackRule.ts";

const KEYS: Readonly<Record<string, readonly string[]>> = {
  [VPN_CONNECTION]: ["tunnel1PresharedKey", "tunnel2PresharedKey"],
  [AZURE_CONNECTION]: ["sharedKey"],
  [VPN_TUNNEL]: ["sharedSecret"],
};

export default stackRule({
  id: "MSH-005",
  title: "No two tunnels share a pre-shared key",
  severity: "high",
  why: "A key that leaks at one gateway then opens the tunnels of others, and changing it takes all of them down at once.",
  sources: [DERIVED_KEYS],
  fix: "Derive each key from the tunnel's name with preSharedKey (infra/plan/ipsec.ts).",
  applies: Object.keys(KEYS),
  needs: Object.values(KEYS).flat(),
  check: (resources) => {
    const places = resources.flatMap(({ type, urn, name, props }) =>
      (KEYS[type] ?? []).flatMap((at) => knownAt(props, at).map((key) => ({ type, urn, name, at, key }))),
    );
    // The two ends of a tunnel have one key and stand in two clouds.
    return places.flatMap((one, index) => {
      const same = places.slice(0, index).find((other) => other.key === one.key && other.type === one.type);
      return same === undefined ? [] : [{ urn: one.urn, text: `${one.at} is the same as ${same.at} of ${same.name}` }];
    });
  },
});
