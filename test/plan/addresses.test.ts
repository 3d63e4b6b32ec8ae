import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planAddresses, regionRange, zoneSlot } from "../../infra/plan/addresses.ts";
import { contains, overlaps } from "../../infra/plan/ipv4.ts";
import type { AddressPlan } from "../../infra/plan/topology.ts";
import { place } from "./arbitraries.ts";

const number = fc.integer({ min: 0, max: 31 });
const range = number.map((value) => regionRange("10.0.0.0/8", value));

/** Ranges that must share no address. */
const parts = (plan: AddressPlan): string[] => [
  plan.private.range,
  plan.public.range,
  plan.intra.range,
  plan.wan.range,
  plan.gateway,
  plan.controlPlane,
  plan.pods,
  plan.services,
];

const assertDisjoint = (ranges: readonly string[]): void => {
  for (const [index, one] of ranges.entries()) {
    for (const other of ranges.slice(index + 1)) assert.ok(!overlaps(one, other), `${one} overlaps ${other}`);
  }
};

test("no two parts of a region share an address", () => {
  fc.assert(
    fc.property(range, place, (region, { cloud, zones }) => {
      const plan = planAddresses(region, zones, cloud);
      assertDisjoint(parts(plan));
      for (const tier of [plan.private, plan.public, plan.intra, plan.wan]) {
        assertDisjoint(Object.values(tier.zones));
        for (const subnet of Object.values(tier.zones)) assert.ok(contains(tier.range, subnet));
        assert.deepEqual(Object.keys(tier.zones).toSorted(), zones.toSorted());
      }
    }),
  );
});

test("every part lies where its cloud demands: subnets inside the network, pods and services outside of it", () => {
  fc.assert(
    fc.property(range, place, (region, { cloud, zones }) => {
      const plan = planAddresses(region, zones, cloud);
      assert.equal(plan.region, region);
      for (const part of [...parts(plan), plan.network]) assert.ok(contains(region, part), part);
      const tiers = [plan.private, plan.public, plan.intra, plan.wan].map(({ range }) => range);
      for (const part of [...tiers, plan.gateway, plan.controlPlane]) assert.ok(contains(plan.network, part), part);
      for (const part of [plan.pods, plan.services]) assert.ok(!overlaps(plan.network, part), part);
      assert.match(plan.network, /\/16$/);
      assert.match(plan.controlPlane, /\/28$/);
    }),
  );
});

test("adding, removing or reordering zones moves no range, so no running subnet is replaced", () => {
  fc.assert(
    fc.property(range, place, (region, { cloud, zones, allZones }) => {
      const some = planAddresses(region, zones, cloud);
      const all = planAddresses(region, allZones, cloud);
      for (const tier of ["private", "public", "intra", "wan"] as const) {
        for (const zone of zones) assert.equal(some[tier].zones[zone], all[tier].zones[zone]);
      }
      assert.deepEqual(parts(some), parts(all));
    }),
  );
});

test("regions with different numbers never share an address", () => {
  fc.assert(
    fc.property(number, number, (one, other) => {
      fc.pre(one !== other);
      assert.ok(!overlaps(regionRange("10.0.0.0/8", one), regionRange("10.0.0.0/8", other)));
    }),
  );
});

test("a zone name of another cloud is refused instead of landing in a wrong slot", () => {
  assert.equal(zoneSlot("us-east-1c", "aws"), 2);
  assert.equal(zoneSlot("asia-south1-b", "gcp"), 1);
  assert.equal(zoneSlot("1", "azure"), 0);
  for (const [zone, cloud] of [
    ["us-east-1a", "azure"],
    ["1", "aws"],
    ["", "gcp"],
    ["0", "azure"],
    ["9", "azure"],
    ["us-east-1z", "aws"],
    ["us-east-1", "aws"],
  ] as const) {
    assert.throws(() => zoneSlot(zone, cloud), /is no zone name of/, zone);
  }
});
