/** A range of addresses as numbers. */
export interface AddressRange {
  first: number;
  last: number;
  prefix: number;
}

/** Reads `10.0.0.0/15`, or an address as a range of one. Nothing where it is neither. */
export function rangeOf(text: unknown): AddressRange | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(String(text));
  if (parts === null) return undefined;
  const octets = parts.slice(1, 5).map(Number);
  const prefix = Number(parts[5] ?? 32);
  if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1, prefix };
}

export const overlap = (one: AddressRange, other: AddressRange): boolean =>
  one.first <= other.last && other.first <= one.last;

export const contains = (outer: AddressRange, inner: AddressRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;
