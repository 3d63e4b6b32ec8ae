import { contains, isCidr, prefixOf } from "./ipv4.ts";
import type { AccessPlan, Cidr } from "./topology.ts";

/** The most addresses that one allow-list entry may hold: a /16 is a large company; more is as good as everybody. */
export const BROADEST_OPERATOR_PREFIX = 16;

/** Ranges that EKS takes in its list, the shortest of the three clouds' (AKS 200, GKE 100). */
export const MOST_OPERATOR_RANGES = 40;

/** Ranges that never are a sender's address on the internet (RFC 6890), with what they are. The documentation ranges are left out: placeholders in examples pass. */
const NOT_PUBLIC: readonly (readonly [Cidr, string])[] = [
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "carrier-grade NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.168.0.0/16", "private"],
  ["224.0.0.0/3", "multicast and reserved"],
];

/** Why a range cannot stand in the allow-list of a cluster's public endpoint, or undefined if it can. */
export function operatorRangeFault(cidr: Cidr): string | undefined {
  if (!isCidr(cidr)) return "is not an IPv4 range";
  if (prefixOf(cidr) === 0) return "is the whole internet";
  const special = NOT_PUBLIC.find(([range]) => contains(range, cidr));
  if (special !== undefined) return `is ${special[1]}: no caller from the internet has such an address`;
  // Catches what merely covers a range of the list, too: none of them is smaller than a /16.
  if (prefixOf(cidr) < BROADEST_OPERATOR_PREFIX) {
    return `holds ${(2 ** (32 - prefixOf(cidr))).toLocaleString("en")} addresses`;
  }
  return undefined;
}

/** Who reaches a cluster's API. Ranges are sorted and each is named once, so that their order in the config changes nothing. */
export function planAccess(access: {
  operatorCidrs?: Cidr[] | undefined;
  via?: "bastion" | "vpn" | "runner" | undefined;
}): AccessPlan {
  if (access.operatorCidrs !== undefined) return { operatorCidrs: [...new Set(access.operatorCidrs)].toSorted() };
  if (access.via !== undefined) return { via: access.via };
  throw new Error("access names neither operatorCidrs nor via: the stack's config is checked for it");
}
