import { contains, rangeOf } from "../ipv4.ts";
import type { Demand } from "../settings.ts";

/** The link-local ranges that gateways of all three clouds take inside tunnels: Azure takes no others (Azure VPN, "About BGP"). */
const INSIDE = ["169.254.21.0/24", "169.254.22.0/24"].map(rangeOf);

const WORDS = "169.254.21.0-169.254.22.255";

const isInside = (text: unknown, prefix: number): boolean => {
  const range = rangeOf(text);
  return range?.prefix === prefix && INSIDE.some((each) => each !== undefined && contains(each, range));
};

/** An address inside a tunnel. */
export const insideAddress: Demand = { wanted: `an address of ${WORDS}`, holds: (value) => isInside(value, 32) };

/** The two addresses inside a tunnel. */
export const insideRange: Demand = { wanted: `a /30 of ${WORDS}`, holds: (value) => isInside(value, 30) };
