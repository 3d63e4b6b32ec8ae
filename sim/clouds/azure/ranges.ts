import { formatAddress, isAligned, overlaps, parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";

/** Ranges that no network may hold, with what Azure keeps them for. */
const RESERVED = ["224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"];

/** Refuses what is not an IPv4 range that begins on its own boundary. `owner` is the id of what holds it. */
export function checkPrefix(prefix: string, owner: string): void {
  const range = parseRange(prefix);
  if (range === undefined) {
    refuse(
      "InvalidAddressPrefixFormat",
      `Address prefix ${prefix} of resource ${owner} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
    );
  } else if (!isAligned(prefix)) {
    refuse(
      "InvalidCIDRNotation",
      `The address prefix ${prefix} in resource ${owner} has an invalid CIDR notation. For the given prefix length, the address prefix should be ${formatAddress(range.first)}/${range.prefix}.`,
    );
  }
}

/** Checks the address space of a virtual network. */
export function checkAddressSpace(prefixes: readonly string[], owner: string): void {
  if (prefixes.length === 0) {
    refuse("AddressSpaceEmpty", `The address space of virtual network ${owner} holds no address prefix.`);
  }
  for (const [index, prefix] of prefixes.entries()) {
    checkPrefix(prefix, owner);
    const length = parseRange(prefix)?.prefix ?? 0;
    if (length < 2 || length > 29) {
      refuse(
        "InvalidAddressPrefixLength",
        `Address prefix ${prefix} of resource ${owner} has an invalid length. Supported are prefix lengths from /2 to /29.`,
      );
    }
    const reserved = RESERVED.find((range) => overlaps(range, prefix));
    if (reserved !== undefined) {
      refuse(
        "AddressPrefixReserved",
        `Address prefix ${prefix} of resource ${owner} overlaps with the reserved range ${reserved}.`,
      );
    }
    const other = prefixes.slice(0, index).find((earlier) => overlaps(earlier, prefix));
    if (other !== undefined) {
      refuse("AddressSpaceOverlaps", `Address prefixes ${other} and ${prefix} of virtual network ${owner} overlap.`);
    }
  }
}
