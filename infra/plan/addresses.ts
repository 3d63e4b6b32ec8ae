import { subnet } from "./ipv4.ts";
import type { AddressPlan, Cidr, Cloud, TierPlan } from "./topology.ts";

/** Prefix length of a region's range: 131,072 addresses, one half for the network and one for pods and services. */
export const REGION_PREFIX = 15;

/** Region numbers that the numbering of ranges, ASNs and inside addresses has room for. */
export const REGION_NUMBERS = 32;

/** Zones that a tier has room for. The largest region today (us-east-1) has six. */
export const ZONE_SLOTS = 8;

/** A region's range where the stack's config does not give one: the part of the address space that belongs to its number. */
export function regionRange(addressSpace: Cidr, number: number): Cidr {
  return subnet(addressSpace, REGION_PREFIX, number);
}

/** A region's BGP ASN where the stack's config does not give one: from 64600 on, clear of AWS's default (64512) and of Azure's own (65515–65520). */
export function regionAsn(number: number): number {
  return 64_600 + number;
}

/**
 * The place of a zone among a tier's subnets, from 0: the letter at the end of AWS's and Google Cloud's zone names,
 * the number that is Azure's. It depends on the zone's own name only, so zones come and go in any order and no range moves.
 * Throws on a name without a slot.
 */
export function zoneSlot(zone: string, cloud: Cloud): number {
  const last = zone.at(-1) ?? "";
  const slot = cloud === "azure" ? Number(zone) - 1 : last.charCodeAt(0) - "a".charCodeAt(0);
  if (!Number.isInteger(slot) || slot < 0 || slot >= ZONE_SLOTS) {
    throw new RangeError(
      `"${zone}" is no zone name of ${cloud}: it must end with ${cloud === "azure" ? "a number 1–8" : "a letter a–h"}`,
    );
  }
  return slot;
}

/** The part of a region's range in which the load balancer stands by which other regions reach it. */
export const wanRange = (region: Cidr): Cidr => subnet(subnet(region, 16, 0), 25, 2 * 194);

/**
 * Lays a region's range out. `range` is a /15; its lower half is the network, its upper half is for pods and services.
 *
 * | part | of the range 10.2.0.0/15 | why this size |
 * |---|---|---|
 * | private | 10.2.0.0/17, a /20 per zone | EKS pods live on node subnets: 4,091 addresses per zone |
 * | public | 10.2.128.0/19, a /22 per zone | load balancers and NAT gateways |
 * | intra | 10.2.160.0/19, a /22 per zone | private endpoints and gateway attachments |
 * | gateway | 10.2.192.0/24 | Azure asks for /27 or larger |
 * | controlPlane | 10.2.193.0/28 | the size that GKE demands |
 * | wan | 10.2.194.0/25, a /28 per zone | the smallest subnet on AWS; a network load balancer asks for 8 free addresses |
 * | pods | 10.3.0.0/17 | 128 GKE or AKS nodes with a /24 each |
 * | services | 10.3.128.0/18 | outside the VPC, as EKS demands |
 *
 * Every part is fixed by the range, and a zone's part by the zone's name: no range ever moves.
 */
export function planAddresses(range: Cidr, zones: readonly string[], cloud: Cloud): AddressPlan {
  const network = subnet(range, 16, 0);
  const overlay = subnet(range, 16, 1);
  const tier = (part: Cidr, zonePrefix: number): TierPlan => ({
    range: part,
    zones: Object.fromEntries(zones.map((zone) => [zone, subnet(part, zonePrefix, zoneSlot(zone, cloud))])),
  });
  return {
    region: range,
    network,
    private: tier(subnet(network, 17, 0), 20),
    public: tier(subnet(network, 19, 4), 22),
    intra: tier(subnet(network, 19, 5), 22),
    wan: tier(wanRange(range), 28),
    gateway: subnet(network, 24, 192),
    controlPlane: subnet(subnet(network, 24, 193), 28, 0),
    pods: subnet(overlay, 17, 0),
    services: subnet(overlay, 18, 2),
  };
}
