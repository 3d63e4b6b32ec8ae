import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { regionAsn, regionRange } from "../../infra/plan/addresses.ts";
import { addressAt, contains } from "../../infra/plan/ipv4.ts";
import { type MeshRegion, planLinks, reservedInsideAddresses } from "../../infra/plan/mesh.ts";
import type { Link, VpnLink } from "../../infra/plan/topology.ts";
import { regions } from "./arbitraries.ts";

const meshRegions = regions(2, 10).map((list) =>
  list.map(
    ({ name, number, cloud }): MeshRegion => ({
      name,
      number,
      cloud,
      asn: regionAsn(number),
      cidr: regionRange("10.0.0.0/8", number),
    }),
  ),
);

const isVpn = (link: Link): link is VpnLink => link.kind === "vpn";
const pair = (link: Link): string =>
  link.ends
    .map(({ region }) => region)
    .toSorted()
    .join(" ");

test("every pair of regions is linked exactly once", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      const wanted = list.flatMap((one, index) =>
        list.slice(index + 1).map((other) => [one.name, other.name].toSorted().join(" ")),
      );
      assert.deepEqual(planLinks(list).map(pair).toSorted(), wanted.toSorted());
    }),
  );
});

test("regions of one cloud use its own peering, all others tunnels", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      for (const { kind, ends } of planLinks(list)) {
        assert.equal(kind, ends[0].cloud === ends[1].cloud ? "peering" : "vpn");
      }
    }),
  );
});

test("losing any one tunnel, gateway interface or VPN connection cuts no pair of regions", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      for (const { name, tunnels, ends } of planLinks(list).filter(isVpn)) {
        for (const lost of tunnels)
          assert.ok(
            tunnels.some((tunnel) => tunnel !== lost),
            name,
          );
        for (const side of [0, 1] as const) {
          for (const lost of [0, 1]) {
            // On AWS an interface is a VPN connection.
            assert.ok(
              tunnels.some(({ interfaces }) => interfaces[side] !== lost),
              `${name} rests on ${lost} of ${ends[side].region}`,
            );
          }
        }
        assert.equal(tunnels.length, ends[0].cloud === "aws" ? 4 : 2);
      }
    }),
  );
});

test("the inside addresses at a gateway are unique and in the ranges that Azure accepts", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      const vpns = planLinks(list).filter(isVpn);
      for (const { name } of list) {
        const insides = vpns
          .filter(({ ends }) => ends.some(({ region }) => region === name))
          .flatMap(({ tunnels }) => tunnels.map(({ inside }) => inside));
        assert.equal(new Set(insides).size, insides.length);
        for (const inside of insides) {
          assert.ok(contains("169.254.21.0/24", inside) || contains("169.254.22.0/24", inside), inside);
          assert.match(inside, /\/30$/);
        }
      }
    }),
  );
});

test("both ends of a tunnel agree on its addresses, and AWS has the first one, which it takes for itself", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      for (const { ends, tunnels } of planLinks(list).filter(isVpn)) {
        assert.notEqual(ends[1].cloud, "aws");
        assert.notEqual(ends[0].cloud, "azure");
        for (const { inside, insideAddresses } of tunnels) {
          assert.deepEqual(insideAddresses, [addressAt(inside, 1), addressAt(inside, 2)]);
        }
      }
    }),
  );
});

test("tunnel names are unique over the stack, so no two tunnels share a key", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      const names = planLinks(list)
        .filter(isVpn)
        .flatMap(({ tunnels }) => tunnels.map(({ name }) => name));
      assert.equal(new Set(names).size, names.length);
    }),
  );
});

test("adding, removing or reordering regions changes no other link", () => {
  fc.assert(
    fc.property(
      meshRegions.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: 2 }))),
      ([all, some]) => {
        const kept = new Set(some.map(({ name }) => name));
        const expected = planLinks(all).filter(({ ends }) => ends.every(({ region }) => kept.has(region)));
        assert.deepEqual(planLinks(some), expected);
      },
    ),
  );
});

test("an Azure gateway has every address reserved, on the right instance, before a peer ever needs it", () => {
  fc.assert(
    fc.property(meshRegions, (list) => {
      for (const { ends, tunnels } of planLinks(list).filter(isVpn)) {
        const azure = list.find(({ name, cloud }) => cloud === "azure" && name === ends[1].region);
        const peer = list.find(({ name }) => name === ends[0].region);
        if (azure === undefined || peer === undefined) continue;
        const reserved = reservedInsideAddresses(azure, 32);
        for (const { insideAddresses, interfaces } of tunnels) {
          const entry = { peerNumber: peer.number, interface: interfaces[1], address: insideAddresses[1] };
          assert.ok(
            reserved.some((candidate) => JSON.stringify(candidate) === JSON.stringify(entry)),
            JSON.stringify(entry),
          );
        }
        assert.equal(new Set(reserved.map(({ address }) => address)).size, reserved.length);
      }
    }),
  );
});

test("what an Azure gateway reserves does not depend on which regions exist", () => {
  const reserved = reservedInsideAddresses({ number: 2, cloud: "azure" }, 8);
  assert.equal(reserved.length, 7 * 4);
  assert.ok(reserved.every(({ peerNumber }) => peerNumber !== 2 && peerNumber < 8));
  assert.deepEqual(reservedInsideAddresses({ number: 2, cloud: "aws" }, 8), []);
});
