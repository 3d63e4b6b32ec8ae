/** Names and health checks of a stack, from its public zone. */
export interface DnsPlan {
  /** The public zone, in Route 53. */
  zone: string;
  /** The global name: answers with the entry of a healthy region. */
  globalName: string;
  /** Regions' own public names, with `{region}` for the region's name: known before a region is. */
  regionalPattern: string;
  entries: RegionEntry[];
}

/** How one region is found from outside, and whether it is found at all. */
export interface RegionEntry {
  region: string;
  /** The region's own public name, which resolves to its entry addresses. */
  name: string;
  /** HTTPS request that decides whether the global name may answer with this region. */
  healthCheck: { fqdn: string; port: number; path: string };
}

/** Name of a region's private zone in its own cloud, below the stack's public zone so that no other owner can ever publish it. */
export function privateZoneName(region: string, zone: string): string {
  return `${region}.internal.${zone}`;
}

/**
 * One global name over all regions, a name for each region, and a health check behind each. The check asks for the region's
 * own name, since a check of the global name would be answered by some other, healthy region. `/health` is DWCP's liveness path,
 * the one path that the gateway lets through without a token.
 */
export function planDns(zone: string, regions: readonly string[]): DnsPlan {
  const regionalPattern = `dwcp.{region}.${zone}`;
  return {
    zone,
    globalName: `dwcp.${zone}`,
    regionalPattern,
    entries: regions.map((region) => {
      const name = regionalPattern.replace("{region}", region);
      return { region, name, healthCheck: { fqdn: name, port: 443, path: "/health" } };
    }),
  };
}
