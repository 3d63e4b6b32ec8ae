import { isAnywhere } from "../../ingress/opening.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf, textOf } from "../../values.ts";

/** Where the internet comes in: the gateway's namespace. */
const GATEWAYS = ["traefik"];

/** What answers to every pod with the machine's own credentials. */
const METADATA = "169.254.0.0/16";

const DIRECTIONS = [
  { rules: "ingress", peers: "from" },
  { rules: "egress", peers: "to" },
] as const;

export default rule({
  id: "NET-011",
  title: "What a network policy allows, it names: peers and ports",
  severity: "high",
  why: "A rule without peers or ports allows all of them, and undoes the default that denies. Egress to everywhere includes the machines' metadata, which hands credentials to whoever asks.",
  sources: [
    kubernetes("concepts/services-networking/network-policies/", "a rule without peers or ports allows all of them"),
  ],
  fix: `Give each rule its peers and ports; leave ${METADATA} and private ranges out of egress to the internet, and let it come in at the gateway alone.`,
  applies: [KUBERNETES.networkPolicy],
  needs: ["metadata.namespace", "spec.ingress", "spec.egress"],
  check: ({ metadata, spec }) =>
    DIRECTIONS.flatMap(({ rules, peers }) =>
      listOf(recordOf(spec)[rules]).flatMap((each, index) => {
        const at = `spec.${rules}[${index}]`;
        const { ports, ...rest } = recordOf(each);
        const named = listOf((rest as Record<string, unknown>)[peers]);
        return [
          ...(named.length > 0 ? [] : [`${at} allows every peer`]),
          ...(listOf(ports).length > 0 ? [] : [`${at} allows every port`]),
          ...named.flatMap((peer) => faults(at, rules, recordOf(peer), recordOf(metadata).namespace)),
        ];
      }),
    ),
});

function faults(
  at: string,
  rules: "ingress" | "egress",
  peer: Readonly<Record<string, unknown>>,
  namespace: unknown,
): string[] {
  const { cidr, except } = recordOf(peer.ipBlock);
  if (cidr === undefined) return Object.keys(peer).length > 0 ? [] : [`${at} allows every peer`];
  if (!isAnywhere(cidr)) return [];
  if (rules === "ingress")
    return GATEWAYS.includes(textOf(namespace) ?? "") ? [] : [`${at} lets the internet in past the gateway`];
  return listOf(except).includes(METADATA) ? [] : [`${at} lets pods reach ${METADATA}`];
}
