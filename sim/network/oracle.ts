import type { Cloud } from "../../infra/plan/topology.ts";
import { contains } from "../ipv4.ts";

/**
 * The network oracle: from what the three simulated clouds hold, which tunnels come up, and who reaches whom.
 * A cloud describes its side in these neutral terms (`sim/clouds/<cloud>/tunnels.ts`); nothing here knows of a cloud's types.
 */

/** A VPC, VNet or VPC network. */
export interface Network {
  id: string;
  cloud: Cloud;
  /** The region's name in the program, from the `region` tag or, where networks carry none, from the name. */
  region: string;
  /** Ranges in use inside the network. */
  cidrs: string[];
  /** Ranges that its route tables send to the gateway; `learned` where the gateway installs whatever BGP brings. */
  routes: string[] | "learned";
  /** Source ranges that its firewall lets in from other regions. */
  admits: string[];
}

/** One end of an IPsec tunnel with its BGP session, as one cloud is configured. */
export interface TunnelEnd {
  /** The cloud's name of the tunnel or connection. */
  name: string;
  networkId: string;
  /** Where this end may answer: one entry, or one for each instance of an active-active gateway. */
  locals: { outside: string; inside: string; instance: number }[];
  remoteOutside: string;
  remoteInside: string;
  localAsn: number;
  remoteAsn: number;
  preSharedKey: string;
  ikeVersion: number;
  /** Accepted proposals in the form `aes256-sha384-dh20` and `aes256gcm-dh20`. */
  phase1: string[];
  phase2: string[];
  /** Ranges announced to the peer. */
  announces: string[];
  /** False while the tunnel, its BGP session or interface is switched off or not ready. */
  enabled: boolean;
}

/** A native peering between networks of one cloud, true in both directions only when both sides agree. */
export interface Peering {
  name: string;
  networkIds: [string, string];
  active: boolean;
  /** Why it is not active. */
  reason?: string;
}

export interface CloudNetworks {
  networks: Network[];
  ends: TunnelEnd[];
  peerings: Peering[];
}

/** A tunnel with its two ends, or an end whose peer nobody is. */
export interface TunnelStatus {
  name: string;
  regions: [string, string];
  /** Gateway instance that carries it at each end; undefined at an end that was not found. */
  instances: [number | undefined, number | undefined];
  up: boolean;
  /** Every reason for which it is down. */
  problems: string[];
}

export interface LinkStatus {
  regions: [string, string];
  kind: "vpn" | "peering";
  up: boolean;
  /** For a peering: none. */
  tunnels: TunnelStatus[];
  problems: string[];
}

/** What is taken away to ask "and then?". */
export type Loss = { tunnel: string } | { gateway: string; instance: number } | { region: string };

export interface MeshStatus {
  regions: string[];
  links: LinkStatus[];
}

type Local = TunnelEnd["locals"][number];

interface Match {
  end: TunnelEnd;
  local: Local;
}

/** Evaluates every link of the mesh, as if `losses` had happened. */
export function meshStatus(clouds: readonly CloudNetworks[], losses: readonly Loss[] = []): MeshStatus {
  const networks = clouds.flatMap((cloud) => cloud.networks);
  const byId = new Map(networks.map((network) => [network.id, network]));
  const regionOf = (networkId: string) => byId.get(networkId)?.region ?? networkId;
  const tunnels = pairTunnels(
    clouds.flatMap((cloud) => cloud.ends),
    regionOf,
  ).map((tunnel) => withLosses(tunnel, losses));
  const peerings = clouds.flatMap((cloud) => cloud.peerings);

  const links = new Map<string, LinkStatus>();
  for (const tunnel of tunnels) {
    const key = [...tunnel.regions].sort().join(" ");
    const link = links.get(key) ?? { regions: tunnel.regions, kind: "vpn", up: false, tunnels: [], problems: [] };
    link.tunnels.push(tunnel);
    links.set(key, link);
  }
  for (const peering of peerings) {
    const regions: [string, string] = [regionOf(peering.networkIds[0]), regionOf(peering.networkIds[1])];
    const problems = peering.active ? [] : [peering.reason ?? "peering is not active"];
    problems.push(...regions.filter((region) => isLost(region, losses)).map((region) => `region ${region} is lost`));
    links.set([...regions].sort().join(" "), { regions, kind: "peering", up: false, tunnels: [], problems });
  }
  for (const link of links.values()) {
    link.problems.push(...trafficProblems(link, networks));
    const carried = link.kind === "peering" || link.tunnels.some((tunnel) => tunnel.up);
    if (!carried) link.problems.unshift("no tunnel is up");
    link.up = carried && link.problems.length === 0;
  }
  return { regions: networks.map((network) => network.region).sort(), links: [...links.values()].sort(byRegions) };
}

/**
 * Whether traffic flows from one region to another, and over which tunnels. Only direct links count:
 * no region forwards for another, since Cloud Router does not announce what it learned from one tunnel over the next.
 */
export function reachable(
  status: MeshStatus,
  from: string,
  to: string,
): { reachable: boolean; over: string[]; reason?: string } {
  const link = status.links.find((candidate) => candidate.regions.includes(from) && candidate.regions.includes(to));
  if (link === undefined) return { reachable: false, over: [], reason: `no link joins ${from} and ${to}` };
  if (!link.up) return { reachable: false, over: [], reason: link.problems.join("; ") };
  return {
    reachable: true,
    over:
      link.kind === "peering" ? ["peering"] : link.tunnels.filter((tunnel) => tunnel.up).map((tunnel) => tunnel.name),
  };
}

/** Joins ends that name each other's outside address. An end without a partner becomes a tunnel that is down. */
function pairTunnels(ends: readonly TunnelEnd[], regionOf: (networkId: string) => string): TunnelStatus[] {
  const tunnels: TunnelStatus[] = [];
  const paired = new Set<TunnelEnd>();
  for (const end of ends) {
    if (paired.has(end)) continue;
    const partner = findPartner(
      end,
      ends.filter((other) => other !== end && !paired.has(other)),
    );
    paired.add(end);
    if (partner === undefined) {
      tunnels.push({
        name: end.name,
        regions: [regionOf(end.networkId), "?"],
        instances: [end.locals[0]?.instance, undefined],
        up: false,
        problems: [
          `outside address: no gateway at ${end.remoteOutside} has ${end.locals.map((local) => local.outside).join(" or ")} as its peer`,
        ],
      });
      continue;
    }
    paired.add(partner.there.end);
    const problems = mismatches(partner.here, partner.there);
    tunnels.push({
      name: [end.name, partner.there.end.name].sort()[0] ?? end.name,
      regions: [regionOf(end.networkId), regionOf(partner.there.end.networkId)],
      instances: [partner.here.local.instance, partner.there.local.instance],
      up: problems.length === 0,
      problems,
    });
  }
  return tunnels;
}

function findPartner(end: TunnelEnd, others: readonly TunnelEnd[]): { here: Match; there: Match } | undefined {
  for (const other of others) {
    const here = end.locals.find((local) => local.outside === other.remoteOutside);
    const there = other.locals.find((local) => local.outside === end.remoteOutside);
    if (here !== undefined && there !== undefined)
      return { here: { end, local: here }, there: { end: other, local: there } };
  }
  return undefined;
}

function mismatches(here: Match, there: Match): string[] {
  const a = here.end;
  const b = there.end;
  const problems: string[] = [];
  if (!a.enabled) problems.push(`${a.name} is switched off`);
  if (!b.enabled) problems.push(`${b.name} is switched off`);
  if (a.preSharedKey !== b.preSharedKey) problems.push("pre-shared key: the ends differ");
  if (a.ikeVersion !== b.ikeVersion) problems.push(`IKE version: ${a.ikeVersion} and ${b.ikeVersion}`);
  if (!a.phase1.some((proposal) => b.phase1.includes(proposal)))
    problems.push(`phase 1: no common proposal of ${a.phase1.join(", ")} and ${b.phase1.join(", ")}`);
  if (!a.phase2.some((proposal) => b.phase2.includes(proposal)))
    problems.push(`phase 2: no common proposal of ${a.phase2.join(", ")} and ${b.phase2.join(", ")}`);
  for (const [one, other] of [
    [here, there],
    [there, here],
  ] as const) {
    if (one.end.remoteInside !== other.local.inside)
      problems.push(
        `inside address: ${one.end.name} expects ${one.end.remoteInside}, its peer has ${other.local.inside}`,
      );
    if (one.end.remoteAsn !== other.end.localAsn)
      problems.push(`ASN: ${one.end.name} expects ${one.end.remoteAsn}, its peer has ${other.end.localAsn}`);
  }
  return problems;
}

const isLost = (region: string, losses: readonly Loss[]) =>
  losses.some((loss) => "region" in loss && loss.region === region);

function withLosses(tunnel: TunnelStatus, losses: readonly Loss[]): TunnelStatus {
  const problems = losses.flatMap((loss) => {
    if ("tunnel" in loss) return loss.tunnel === tunnel.name ? ["the tunnel is lost"] : [];
    if ("region" in loss) return tunnel.regions.includes(loss.region) ? [`region ${loss.region} is lost`] : [];
    const side = tunnel.regions.indexOf(loss.gateway);
    return side >= 0 && tunnel.instances[side] === loss.instance
      ? [`gateway instance ${loss.instance} of ${loss.gateway} is lost`]
      : [];
  });
  return problems.length === 0 ? tunnel : { ...tunnel, up: false, problems: [...tunnel.problems, ...problems] };
}

/** What keeps packets from flowing although the link itself stands: missing routes and firewall rules, both ways. */
function trafficProblems(link: LinkStatus, networks: readonly Network[]): string[] {
  const [a, b] = link.regions.map((region) => networks.find((network) => network.region === region));
  if (a === undefined || b === undefined) return [];
  const problems: string[] = [];
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const cidr of to.cidrs) {
      if (from.routes !== "learned" && !from.routes.some((route) => contains(route, cidr)))
        problems.push(`${from.region} has no route to ${cidr} (${to.region})`);
      if (!from.admits.some((range) => contains(range, cidr)))
        problems.push(`${from.region} admits nothing from ${cidr} (${to.region})`);
    }
  }
  return problems;
}

const byRegions = (a: LinkStatus, b: LinkStatus) => a.regions.join().localeCompare(b.regions.join());
