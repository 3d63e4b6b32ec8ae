import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addressAt,
  aligned,
  contains,
  formatAddress,
  isCidr,
  overlaps,
  parseAddress,
  subnet,
} from "../../infra/plan/ipv4.ts";

const range = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => aligned(`${formatAddress(address)}/${prefix}`) ?? "");

/** First and last address, counted apart from the code under test. */
const bounds = (cidr: string): [bigint, bigint] => {
  const [address = "", prefix] = cidr.split("/");
  const first = address.split(".").reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  return [first, first + (1n << BigInt(32 - Number(prefix))) - 1n];
};

test("every address survives being written and read", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (address) => parseAddress(formatAddress(address)) === address,
    ),
  );
});

test("a range that is written loosely is refused, not guessed at", () => {
  for (const text of [
    "10.0.0.0",
    "10.0.0/8",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "010.0.0.0/8",
    "10.0.0.256/32",
    "10.0.0.1/31",
    "10.3.0.0/15",
    " 10.0.0.0/8",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "a.b.c.d/8",
    "::/0",
    "",
  ]) {
    assert.equal(isCidr(text), false, text);
    assert.throws(() => contains(text, "10.0.0.0/8"), /is not an IPv4 range/, text);
  }
});

test("two ranges overlap exactly if they share an address, so no overlap goes unseen", () => {
  fc.assert(
    fc.property(range, range, (one, other) => {
      const [a, b] = [bounds(one), bounds(other)];
      assert.equal(overlaps(one, other), a[0] <= b[1] && b[0] <= a[1]);
      assert.equal(contains(one, other), a[0] <= b[0] && b[1] <= a[1]);
    }),
  );
});

test("subnets of a range are inside it, side by side and fill it", () => {
  fc.assert(
    fc.property(range, fc.integer({ min: 0, max: 6 }), (outer, bits) => {
      const prefix = Number(outer.split("/")[1]) + bits;
      fc.pre(prefix <= 32);
      const subnets = Array.from({ length: 2 ** bits }, (_, index) => subnet(outer, prefix, index));
      let next = bounds(outer)[0];
      for (const inner of subnets) {
        assert.equal(bounds(inner)[0], next);
        assert.ok(isCidr(inner));
        next = bounds(inner)[1] + 1n;
      }
      assert.equal(next, bounds(outer)[1] + 1n);
      assert.throws(() => subnet(outer, prefix, 2 ** bits), RangeError);
    }),
  );
});

test("an address beyond the end of a range is refused", () => {
  assert.equal(addressAt("169.254.21.4/30", 2), "169.254.21.6");
  assert.throws(() => addressAt("169.254.21.4/30", 4), /has no address number 4/);
});
