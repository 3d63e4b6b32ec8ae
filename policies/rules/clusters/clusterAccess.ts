import { isAnywhere } from "../../ingress/opening.ts";
import { type PropertyPath, Unknown, valueAt, valuesAt } from "../../path.ts";
import { ok, rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";

/** Where a cloud says whether a cluster's API has a public endpoint, and who reaches it. */
interface Endpoint {
  /** The property that takes the public endpoint away, and the value that does. All three clouds leave it open by default. */
  closed: [path: PropertyPath, value: boolean];
  allowList: PropertyPath;
  /** What lets others in past the list, and whether leaving it out does so too. */
  bypasses: { path: PropertyPath; byDefault: boolean; onPrivate: boolean }[];
}

/** As prefix lengths. Lists name offices and VPN exits: anything broader is a provider's whole customer base. */
const BROADEST = { production: 24, elsewhere: 16 };

/** A region's own addresses, which no other region's machines have. */
const REGION = 15;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  "aws:eks/cluster:Cluster": {
    closed: ["vpcConfig.endpointPublicAccess", false],
    allowList: "vpcConfig.publicAccessCidrs[]",
    bypasses: [],
  },
  "azure-native:containerservice:ManagedCluster": {
    closed: ["apiServerAccessProfile.enablePrivateCluster", true],
    allowList: "apiServerAccessProfile.authorizedIPRanges[]",
    bypasses: [],
  },
  "gcp:container/cluster:Cluster": {
    closed: ["privateClusterConfig.enablePrivateEndpoint", true],
    allowList: "masterAuthorizedNetworksConfig.cidrBlocks[].cidrBlock",
    bypasses: [
      // Every customer's machines on Google Cloud.
      { path: "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled", byDefault: true, onPrivate: false },
      // A second endpoint, which knows no list at all.
      {
        path: "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic",
        byDefault: false,
        onPrivate: true,
      },
    ],
  },
};

export default rule({
  id: "K8S-001",
  title: "A cluster's API is private or open to listed operators only",
  severity: "critical",
  why: "Whoever reaches the API server needs one leaked credential or one flaw in it to own the region.",
  sources: [
    cis.eks("5.4.1", "access to the control plane is restricted"),
    cis.aks("5.4.1", "access to the control plane is restricted"),
    cis.gke("5.6.3", "authorized networks are on"),
  ],
  fix: "Set the region's `access` in the stack's config: `via` for a private API, or `operatorCidrs` with the operators' own addresses.",
  applies: Object.keys(ENDPOINTS),
  needs: Object.values(ENDPOINTS).flatMap(({ closed, allowList, bypasses }) => [
    closed[0],
    allowList,
    ...bypasses.map(({ path }) => path),
  ]),
  check: (cluster, { type, production }) => {
    const endpoint = ENDPOINTS[type];
    if (endpoint === undefined) return ok;
    const { closed, allowList, bypasses } = endpoint;
    const state = valueAt(cluster, closed[0]);
    const isPublic = !(state instanceof Unknown) && state !== closed[1];
    return [
      ...bypasses
        .filter(
          ({ path, byDefault, onPrivate }) => (isPublic || onPrivate) && (valueAt(cluster, path) ?? byDefault) === true,
        )
        .map(({ path }) => `${path} lets others in past the list, must be false`),
      ...(isPublic ? valuesAt(cluster, allowList) : []).flatMap(({ at, value }) => {
        const fault = rangeFault(value, production ? BROADEST.production : BROADEST.elsewhere);
        return fault === undefined ? [] : [`the API has a public endpoint, and ${at} ${fault}`];
      }),
    ];
  },
});

/** What is wrong with an entry of an allow-list; a missing one means that nobody is listed. */
function rangeFault(range: unknown, broadest: number): string | undefined {
  if (range instanceof Unknown) return undefined;
  if (range === undefined) return "lists nobody, which admits everybody";
  if (isAnywhere(range)) return "admits everybody";
  const prefix = Number(String(range).split("/")[1] ?? 32);
  const most = isPrivate(range) ? REGION : broadest;
  return prefix < most ? `is broader than /${most}` : undefined;
}

/** Ranges that no sender on the internet has (RFC 1918). */
const isPrivate = (range: unknown): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(String(range));
