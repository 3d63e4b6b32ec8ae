import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { overlaps } from "../../infra/plan/ipv4.ts";
import type { RegionPlan } from "../../infra/plan/topology.ts";
import { configOf, regions } from "./arbitraries.ts";

const planOf = (list: Parameters<typeof configOf>[0]) => planEnvironment(configOf(list), "test");

test("adding, removing or reordering regions changes no other region but for its list of peers, so nothing is replaced", () => {
  fc.assert(
    fc.property(
      regions(2, 6).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list.slice(1)))),
      ([all, others]) => {
        const some = [...others, ...all.slice(0, 1)];
        const before = planOf(some);
        const after = planOf(all);
        for (const { peers, ...region } of before.regions) {
          const now = after.regions.find(({ name }) => name === region.name);
          assert.ok(now);
          const { peers: peersNow, ...rest } = now;
          assert.deepEqual(rest, region);
          const kept = new Set(before.regions.map(({ name }) => name));
          assert.deepEqual(
            peersNow.filter(({ region: peer }) => kept.has(peer)),
            peers,
          );
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("no two regions share a range, an ASN or a private zone", () => {
  fc.assert(
    fc.property(regions(2, 8), (list) => {
      const plan = planOf(list);
      for (const [index, one] of plan.regions.entries()) {
        for (const other of plan.regions.slice(index + 1)) {
          assert.ok(!overlaps(one.addresses.region, other.addresses.region));
          assert.notEqual(one.asn, other.asn);
          assert.notEqual(one.privateZone, other.privateZone);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("every region knows every other as a peer with its real range, so routes and firewall rules reach it", () => {
  fc.assert(
    fc.property(regions(1, 6), (list) => {
      const plan = planOf(list);
      const ranges = new Map(plan.regions.map(({ name, addresses }) => [name, addresses.region]));
      for (const { name, peers } of plan.regions) {
        assert.deepEqual(
          peers.map(({ region }) => region).toSorted(),
          [...ranges.keys()].filter((other) => other !== name).toSorted(),
        );
        for (const { region, cidr } of peers) assert.equal(cidr, ranges.get(region));
      }
      for (const { ends } of plan.links) {
        for (const { region, cidr, asn } of ends) {
          assert.equal(cidr, ranges.get(region));
          assert.equal(asn, plan.regions.find(({ name }) => name === region)?.asn);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("every tag is valid as an AWS tag, an Azure tag and a Google Cloud label, so no cloud refuses a resource for it", () => {
  fc.assert(
    fc.property(regions(1, 3), (list) => {
      const plan = planOf(list);
      for (const tags of [plan.tags, ...plan.regions.map((region: RegionPlan) => region.tags)]) {
        assert.deepEqual(Object.keys(tags), ["project", "stack", "region", "owner", "cost-center"]);
        for (const [key, value] of Object.entries(tags)) {
          assert.match(key, /^[a-z][a-z0-9_-]{0,62}$/);
          assert.match(value, /^[a-z0-9_-]{0,63}$/);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test("a gateway in each zone in production, two in staging, and never one alone", () => {
  fc.assert(
    fc.property(regions(1, 4), (list) => {
      for (const tier of ["staging", "production"] as const) {
        const plan = planEnvironment({ ...configOf(list), tier }, "test");
        for (const [index, { gateways }] of plan.services.entries()) {
          const zones = plan.regions[index]?.zones.length ?? 0;
          assert.equal(gateways, tier === "production" ? Math.max(2, zones) : 2);
        }
      }
    }),
    { numRuns: 20 },
  );
});
