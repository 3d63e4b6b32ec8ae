import type { DnsPlan } from "./dns.ts";
import { type NetworkPolicyPlan, planNetworkPolicies } from "./networkPolicies.ts";
import type { RegionRelease, ReleasePlan } from "./release.ts";
import type { Cloud, NodePoolPlan, RegionPlan } from "./topology.ts";
import { wanAddresses } from "./wanEntry.ts";

/** With one pod there is no upgrade without an outage. */
const FEWEST_REPLICAS = 2;

/** Another region as DWCP reaches it: at its WAN entry, through the mesh, and no other way. */
export interface FederationPeer {
  region: string;
  /** Private addresses of its WAN entry. */
  addresses: string[];
}

/** What runs in one region's cluster. */
export interface ServicesPlan {
  region: string;
  cloud: Cloud;
  location: string;
  /** Pods of the gateway, each in a zone of its own. */
  gateways: number;
  /**
   * Public names: the one that any healthy region answers, the region's own, and the pattern of all regions' own, with
   * `{region}` for the region's name.
   */
  hosts: { global: string; regional: string; pattern: string };
  /** Private addresses at which other regions reach this one. */
  wanAddresses: string[];
  peers: FederationPeer[];
  /** Least pods of a service by the pool that it runs on: one for each node that the pool has at least. */
  replicas: { workload: number; inference: number };
  networkPolicies: NetworkPolicyPlan[];
  /** How far each service may go. */
  release: RegionRelease;
}

/** Plans what runs in each region's cluster, in the order of the regions. */
export function planServices(
  regions: readonly RegionPlan[],
  { tier, dns, release }: { tier: "staging" | "production"; dns: DnsPlan; release: ReleasePlan },
): ServicesPlan[] {
  const entries = regions.map((region) => ({ region: region.name, addresses: wanAddresses(region) }));
  return regions.map((region) => {
    const { name, cloud, location, zones } = region;
    return {
      region: name,
      cloud,
      location,
      // In production one in each zone, so that no request has to leave its own; in staging just enough to lose one.
      gateways: tier === "production" ? Math.max(FEWEST_REPLICAS, zones.length) : FEWEST_REPLICAS,
      hosts: { global: dns.globalName, regional: of(name, dns.entries).name, pattern: dns.regionalPattern },
      wanAddresses: of(name, entries).addresses,
      peers: entries.filter((peer) => peer.region !== name),
      replicas: { workload: replicasOn(region, "workload"), inference: replicasOn(region, "inference") },
      networkPolicies: planNetworkPolicies(region),
      release: ceilingsOf(name, release),
    };
  });
}

function replicasOn({ nodePools }: RegionPlan, pool: NodePoolPlan["name"]): number {
  return Math.max(FEWEST_REPLICAS, nodePools.find(({ name }) => name === pool)?.minSize ?? 0);
}

function of<Entry extends { region: string }>(region: string, entries: readonly Entry[]): Entry {
  const found = entries.find((entry) => entry.region === region);
  if (found === undefined) throw new Error(`the plan has no entry for ${region}`);
  return found;
}

function ceilingsOf(region: string, release: ReleasePlan): RegionRelease {
  const found = release[region];
  if (found === undefined) throw new Error(`the plan has no release for ${region}`);
  return found;
}
