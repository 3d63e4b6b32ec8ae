/** IPv4 arithmetic of the simulated clouds. It stands apart from the planner's, so that a fault there cannot hide here. */

export interface Range {
  /** First address as a number. */
  first: number;
  /** Last address as a number. */
  last: number;
  prefix: number;
}

/** Reads `a.b.c.d/p`. Undefined unless it is a well-formed range; host bits may be set. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5]);
  if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1, prefix };
}

/** Reads `a.b.c.d` as a number. */
export const parseAddress = (text: string): number | undefined => parseRange(`${text}/32`)?.first;

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** Whether the range has no host bits set, as `10.0.0.0/8` and unlike `10.1.0.0/8`. */
export function isAligned(text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && `${formatAddress(range.first)}/${range.prefix}` === text;
}

/** Whether `outer` covers all of `inner`. False when either is not a range. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [parseRange(outer), parseRange(inner)];
  return a !== undefined && b !== undefined && a.first <= b.first && b.last <= a.last;
}

/** Whether two ranges share an address. False when either is not a range. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** The address `offset` places after the start of a range. */
export function addressIn(range: string, offset: number): string {
  const parsed = parseRange(range);
  if (parsed === undefined) throw new Error(`'${range}' is not a range`);
  return formatAddress(parsed.first + offset);
}
