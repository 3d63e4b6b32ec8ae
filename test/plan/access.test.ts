import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { operatorRangeFault, planAccess } from "../../infra/plan/access.ts";
import { addressAt, aligned, formatAddress } from "../../infra/plan/ipv4.ts";

const range = (least: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: least, max: 32 }))
    .map(([address, prefix]) => aligned(`${formatAddress(address)}/${prefix}`) ?? "");

test("the whole internet, ranges broader than a /16 and ranges that no caller has are never let in", () => {
  for (const cidr of [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "8.0.0.0/8",
    "10.1.0.0/16",
    "192.168.1.0/24",
    "172.20.0.0/16",
    "100.64.0.0/16",
    "127.0.0.1/32",
    "169.254.1.0/24",
    "224.0.0.0/16",
    "255.255.255.255/32",
    "192.0.0.0/8",
    "203.0.113.1/24",
  ]) {
    assert.notEqual(operatorRangeFault(cidr), undefined, cidr);
  }
  for (const cidr of ["203.0.113.0/28", "198.51.100.7/32", "8.8.0.0/16", "172.15.0.0/16", "172.32.0.0/16"]) {
    assert.equal(operatorRangeFault(cidr), undefined, cidr);
  }
});

test("no accepted range holds a private address or more than 65,536 addresses", () => {
  const isPrivate = (address: string): boolean =>
    /^(10|127|0|22[4-9]|23\d|24\d|25\d)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      address,
    );
  fc.assert(
    fc.property(range(0), fc.nat(), (cidr, offset) => {
      fc.pre(operatorRangeFault(cidr) === undefined);
      const size = 2 ** (32 - Number(cidr.split("/")[1]));
      assert.ok(size <= 65_536);
      assert.ok(!isPrivate(addressAt(cidr, offset % size)), cidr);
    }),
  );
});

test("the order in which ranges are listed changes no allow-list", () => {
  const lists = fc.array(range(16), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      lists.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([one, other]) => {
        assert.deepEqual(planAccess({ operatorCidrs: one }), planAccess({ operatorCidrs: [...other, ...one] }));
      },
    ),
  );
});

test("a private region tells operators the way in", () => {
  assert.deepEqual(planAccess({ via: "bastion" }), { via: "bastion" });
});
