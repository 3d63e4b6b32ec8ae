import { addressAt } from "./ipv4.ts";
import type { RegionPlan } from "./topology.ts";

/** Port of a region's WAN entry: the one way in from another region. */
export const WAN_PORT = 8443;

/** Which address of a subnet the entry has: clouds keep the first four (AWS, Azure) and the last two (Google) for themselves. */
const OFFSET = 10;

/**
 * Private addresses of a region's WAN entry, fixed so that other regions know them without asking: one in each zone on AWS,
 * whose network load balancers stand in zonal subnets, elsewhere one that all zones share.
 */
export function wanAddresses({ cloud, zones, addresses }: Pick<RegionPlan, "cloud" | "zones" | "addresses">): string[] {
  const { range, zones: zonal } = addresses.wan;
  if (cloud !== "aws") return [addressAt(range, OFFSET)];
  return zones.map((zone) => {
    const part = zonal[zone];
    if (part === undefined) throw new Error(`the address plan has no part of ${range} for zone ${zone}`);
    return addressAt(part, OFFSET);
  });
}
