import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { networkOf, REGION, refused, Sandbox } from "./sandbox.ts";

/** Each row: what is refused, the type, its inputs on top of a small region, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: (link: string) => Properties, words: RegExp][] = [
  [
    "a public ASN",
    "Router",
    (network) => ({ name: "r", region: REGION, network, bgp: { asn: 15169 } }),
    /RFC6996-compliant/,
  ],
  [
    "ranges announced in default mode",
    "Router",
    (network) => ({
      name: "r",
      region: REGION,
      network,
      bgp: { asn: 64999, advertisedIpRanges: [{ range: "10.0.0.0/8" }] },
    }),
    /only be specified in CUSTOM mode/,
  ],
  [
    "a keepalive of a second",
    "Router",
    (network) => ({ name: "r", region: REGION, network, bgp: { asn: 64999, keepaliveInterval: 1 } }),
    /keepaliveInterval/,
  ],
  [
    "a NAT on a router that does not exist",
    "RouterNat",
    () => ({
      name: "n",
      region: REGION,
      router: "nobody",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
    /Error 404: The resource 'projects\/novacron-test\/regions\/asia-south1\/routers\/nobody' was not found, notFound/,
  ],
  [
    "a NAT on a router of another region",
    "RouterNat",
    () => ({
      name: "n",
      region: "europe-west1",
      router: "vpc-router",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
    /was not found, notFound/,
  ],
  [
    "a manual NAT without addresses",
    "RouterNat",
    () => ({
      name: "n",
      region: REGION,
      router: "vpc-router",
      natIpAllocateOption: "MANUAL_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
    /At least one NAT IP/,
  ],
  [
    "a NAT address that is not reserved",
    "RouterNat",
    () => ({
      name: "n",
      region: REGION,
      router: "vpc-router",
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: ["34.83.95.163"],
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }),
    /The resource 'projects\/novacron-test\/regions\/asia-south1\/addresses\/34\.83\.95\.163' was not found/,
  ],
  [
    "a NAT that lists no subnetwork",
    "RouterNat",
    () => ({
      name: "n",
      region: REGION,
      router: "vpc-router",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
    }),
    /At least one subnetwork/,
  ],
  [
    "dynamic ports with endpoint-independent mapping",
    "RouterNat",
    () => ({
      name: "n",
      region: REGION,
      router: "vpc-router",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: true,
    }),
    /mutually exclusive/,
  ],
  [
    "a peering by bare name",
    "NetworkPeering",
    (network) => ({ name: "p", network, peerNetwork: "other" }),
    /doesn't match regexp/,
  ],
  [
    "a peering of a network with itself",
    "NetworkPeering",
    (network) => ({ name: "p", network, peerNetwork: network }),
    /with itself/,
  ],
];

for (const [title, kind, inputs, words] of REFUSALS) {
  test(`what Google would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const { link } = await networkOf(sandbox);
    await refused(sandbox.create(kind, inputs(link)), words);
  });
}

test("only one NAT may serve all subnetworks, and a subnetwork has one NAT", async () => {
  const sandbox = new Sandbox();
  const { subnetwork } = await networkOf(sandbox);
  const nat = { region: REGION, router: "vpc-router", natIpAllocateOption: "AUTO_ONLY" };
  const listed = {
    ...nat,
    sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
    subnetworks: [{ name: subnetwork.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
  };
  const everything = { ...nat, sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES" };
  const first = await sandbox.create("RouterNat", { ...listed, name: "one" });
  await refused(
    sandbox.create("RouterNat", { ...listed, name: "two" }),
    /The subnetwork is already configured with ALL_IP_RANGES for Nat/,
  );
  await sandbox.remove("RouterNat", first);
  await sandbox.create("RouterNat", { ...everything, name: "all" });
  await refused(
    sandbox.create("RouterNat", { ...listed, name: "three" }),
    /Can not create new Nats since a Nat with option ALL_SUBNETWORKS_ALL_IP_RANGES exists/,
  );
});

test("an address that a NAT uses cannot be released", async () => {
  const sandbox = new Sandbox();
  const { subnetwork } = await networkOf(sandbox);
  const address = await sandbox.create("Address", { name: "egress", region: REGION });
  await sandbox.create("RouterNat", {
    name: "nat",
    region: REGION,
    router: "vpc-router",
    natIpAllocateOption: "MANUAL_ONLY",
    natIps: [address.state.selfLink],
    sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
    subnetworks: [{ name: subnetwork.state.selfLink, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
  });
  await refused(sandbox.remove("Address", address), /is already being used by/);
});

test("a peering is active once both sides exist, and not with overlapping ranges", async () => {
  const sandbox = new Sandbox();
  const one = await networkOf(sandbox);
  const other = await networkOf(sandbox, { name: "far", second: 8, asn: 64604, region: "europe-west1" });
  const twin = await networkOf(sandbox, { name: "twin", second: 6, asn: 64605, region: "europe-west2" });
  const here = await sandbox.create("NetworkPeering", { name: "here", network: one.link, peerNetwork: other.link });
  assert.equal(here.state.state, "INACTIVE");
  const there = await sandbox.create("NetworkPeering", { name: "there", network: other.link, peerNetwork: one.link });
  assert.equal(there.state.state, "ACTIVE");
  assert.equal(sandbox.state("NetworkPeering", here).state, "ACTIVE");
  await refused(
    sandbox.create("NetworkPeering", { name: "again", network: one.link, peerNetwork: other.link }),
    /already a peering/,
  );
  await refused(
    sandbox.create("NetworkPeering", { name: "clash", network: one.link, peerNetwork: twin.link }),
    /Error adding network peering: googleapi: Error 400: An IP range in the peer network \(10\.6\.0\.0\/17\) overlaps/,
  );
  await refused(
    sandbox.create("Subnetwork", { name: "late", region: REGION, network: one.link, ipCidrRange: "10.8.4.0/24" }),
    /conflicts with existing subnetwork 'far-nodes'/,
  );
  await sandbox.remove("NetworkPeering", there);
  assert.equal(sandbox.state("NetworkPeering", here).state, "INACTIVE");
});
