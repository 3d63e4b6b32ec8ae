import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planAddresses, regionRange, wanRange } from "../../infra/plan/addresses.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { addressAt, contains, overlaps, prefixOf } from "../../infra/plan/ipv4.ts";
import { wanAddresses } from "../../infra/plan/wanEntry.ts";
import { configOf, place, regions } from "./arbitraries.ts";

const range = fc.integer({ min: 0, max: 31 }).map((number) => regionRange("10.0.0.0/8", number));

/** What clouds keep of a subnet for themselves: the first four and the last (AWS, Azure), the first and last two (Google). */
const reserved = (subnet: string): string[] => {
  const size = 2 ** (32 - prefixOf(subnet));
  return [0, 1, 2, 3, size - 2, size - 1].map((offset) => addressAt(subnet, offset));
};

test("a WAN entry has one address in each subnet of its own, none that its cloud keeps or that anything else stands in", () => {
  fc.assert(
    fc.property(range, place, (region, { cloud, zones }) => {
      const addresses = planAddresses(region, zones, cloud);
      const entry = wanAddresses({ cloud, zones, addresses });
      const subnets = cloud === "aws" ? Object.values(addresses.wan.zones) : [addresses.wan.range];
      assert.equal(new Set(entry).size, subnets.length);
      for (const subnet of subnets) {
        assert.equal(entry.filter((address) => contains(subnet, `${address}/32`)).length, 1, subnet);
        assert.ok(!reserved(subnet).some((address) => entry.includes(address)));
      }
      const { network, pods, services, private: nodes, public: outer, intra, gateway, controlPlane } = addresses;
      assert.ok(contains(network, addresses.wan.range));
      for (const other of [pods, services, nodes.range, outer.range, intra.range, gateway, controlPlane])
        assert.ok(!overlaps(other, addresses.wan.range), other);
      // What another region's network policies let DWCP reach.
      assert.equal(wanRange(region), addresses.wan.range);
    }),
  );
});

test("a new zone moves no address of a WAN entry, so other regions keep what they know", () => {
  fc.assert(
    fc.property(range, place, (region, { cloud, zones, allZones }) => {
      const of = (some: string[]) =>
        wanAddresses({ cloud, zones: some, addresses: planAddresses(region, some, cloud) });
      const after = of(allZones);
      for (const address of of(zones)) assert.ok(after.includes(address), address);
    }),
  );
});

test("every region knows every other at the addresses that it really has, and a new region changes none of them", () => {
  fc.assert(
    fc.property(regions(2, 5), (list) => {
      const { services } = planEnvironment(configOf(list), "test");
      const before = planEnvironment(configOf(list.slice(0, -1)), "test").services;
      const entries = new Map(services.map(({ region, wanAddresses: own }) => [region, own]));
      assert.equal(new Set([...entries.values()].flat()).size, [...entries.values()].flat().length);
      for (const { region, peers, hosts } of services) {
        assert.deepEqual(
          peers.map((peer) => peer.region).toSorted(),
          [...entries.keys()].filter((name) => name !== region).toSorted(),
        );
        for (const peer of peers) assert.deepEqual(peer.addresses, entries.get(peer.region));
        assert.equal(hosts.pattern.replace("{region}", region), hosts.regional);
      }
      for (const { region, peers, hosts } of before) {
        const now = services.find((one) => one.region === region);
        assert.deepEqual(now?.hosts.pattern, hosts.pattern);
        for (const peer of peers) assert.ok(now?.peers.some((one) => one.region === peer.region));
        assert.deepEqual(
          now?.peers.filter((peer) => peers.some((one) => one.region === peer.region)),
          peers,
        );
      }
    }),
    { numRuns: 30 },
  );
});
