import type { AzureRegionPlan, Cidr, NodePoolPlan } from "../plan/topology.ts";

/** Nodes that share a subnet, and so a way out to the internet. */
export interface NodeSlice {
  /** Name of the subnet. */
  name: string;
  range: Cidr;
  zones: string[];
  /** What the names of its node pools end with: the zone, or nothing where one slice holds all zones. */
  suffix: string;
}

/** A node pool of one slice. */
export interface NodePoolSlice extends NodePoolPlan {
  slice: NodeSlice;
  /** Name in AKS: at most twelve lower-case letters and digits. */
  poolName: string;
}

/**
 * How nodes are laid out over subnets. Azure's NAT gateway stands in one zone, and a subnet has one NAT gateway: for egress
 * that loses no other zone's, each zone needs a subnet, a gateway and node pools of its own. With one gateway or none, one
 * subnet holds all zones.
 */
export function nodeSlices(plan: Pick<AzureRegionPlan, "nat" | "zones" | "addresses">): NodeSlice[] {
  const { range, zones } = plan.addresses.private;
  if (plan.nat !== "per-zone") return [{ name: "nodes", range, zones: plan.zones, suffix: "" }];
  return plan.zones.map((zone) => {
    const zoneRange = zones[zone];
    if (zoneRange === undefined) throw new Error(`the address plan has no private range for zone ${zone}`);
    return { name: `nodes-${zone}`, range: zoneRange, zones: [zone], suffix: zone };
  });
}

/** Every pool in every slice, sizes shared out so that they add up to the plan's. */
export function nodePoolSlices(
  plan: Pick<AzureRegionPlan, "nat" | "zones" | "addresses" | "nodePools">,
): NodePoolSlice[] {
  const slices = nodeSlices(plan);
  return plan.nodePools.flatMap((pool) =>
    slices.map((slice, index) => ({
      ...pool,
      slice,
      poolName: `${pool.name}${slice.suffix}`,
      minSize: share(pool.minSize, slices.length, index),
      maxSize: share(pool.maxSize, slices.length, index),
    })),
  );
}

/** The part of a total that falls to one of `parts`; the first get the remainder. */
const share = (total: number, parts: number, index: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0);
