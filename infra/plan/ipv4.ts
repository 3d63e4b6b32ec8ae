import type { Cidr } from "./topology.ts";

interface Range {
  /** First address as an unsigned 32-bit number. */
  first: number;
  prefix: number;
}

const size = (prefix: number): number => 2 ** (32 - prefix);

/** A dotted address as a number, or undefined. Strict: four decimal numbers up to 255, no leading zeros (some parsers read those as octal). */
export function parseAddress(text: string): number | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)) {
    return undefined;
  }
  return octets.reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** A number below 2³² as a dotted address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Whether a text is a range in prefix notation that begins on its own boundary: `10.2.0.0/15` is one, `10.3.0.0/15` is not. */
export function isCidr(text: string): boolean {
  const range = parseLoosely(text);
  return range !== undefined && range.first % size(range.prefix) === 0;
}

/** The range of the same length that an unaligned range lies in (`10.3.0.0/15` → `10.2.0.0/15`), or undefined if the text is no range at all. */
export function aligned(text: string): Cidr | undefined {
  const range = parseLoosely(text);
  return range && format({ ...range, first: range.first - (range.first % size(range.prefix)) });
}

/** Length of a range's prefix, 0–32. Throws on text that is not a range. */
export function prefixOf(cidr: Cidr): number {
  return rangeOf(cidr).prefix;
}

/** Whether every address of `inner` lies in `outer`. Throws on text that is not a range. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  const a = rangeOf(outer);
  const b = rangeOf(inner);
  return a.first <= b.first && b.first + size(b.prefix) <= a.first + size(a.prefix);
}

/** Whether two ranges share an address. Throws on text that is not a range. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/**
 * The `index`-th subnet with the given prefix length: `subnet("10.0.0.0/8", 15, 1)` is `10.2.0.0/15`.
 * Throws where the range has no such subnet.
 */
export function subnet(cidr: Cidr, prefix: number, index: number): Cidr {
  const range = rangeOf(cidr);
  const count = 2 ** (prefix - range.prefix);
  if (prefix < range.prefix || prefix > 32 || !Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(
      `${cidr} has no subnet /${prefix} number ${index}: allowed are prefixes ${range.prefix}–32 and numbers from 0 below ${count}`,
    );
  }
  return format({ first: range.first + index * size(prefix), prefix });
}

/** The `offset`-th address of a range. Throws where the range has no such address. */
export function addressAt(cidr: Cidr, offset: number): string {
  const range = rangeOf(cidr);
  if (!Number.isInteger(offset) || offset < 0 || offset >= size(range.prefix)) {
    throw new RangeError(
      `${cidr} has no address number ${offset}: allowed are numbers from 0 below ${size(range.prefix)}`,
    );
  }
  return formatAddress(range.first + offset);
}

function rangeOf(cidr: Cidr): Range {
  const range = parseLoosely(cidr);
  if (range === undefined || range.first % size(range.prefix) !== 0) {
    throw new RangeError(
      `"${cidr}" is not an IPv4 range: write the first address of the range and its prefix length, such as 10.2.0.0/15`,
    );
  }
  return range;
}

function parseLoosely(text: string): Range | undefined {
  const [address, length, ...rest] = text.split("/");
  if (address === undefined || length === undefined || rest.length > 0) return undefined;
  const first = parseAddress(address);
  if (first === undefined || !/^(0|[1-9]\d?)$/.test(length) || Number(length) > 32) return undefined;
  return { first, prefix: Number(length) };
}

const format = (range: Range): Cidr => `${formatAddress(range.first)}/${range.prefix}`;
