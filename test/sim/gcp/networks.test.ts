import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { networkOf, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

/** Each row: what is refused, the type, its inputs on top of a small region, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: (link: string) => Properties, words: RegExp][] = [
  [
    "a second network of the same name",
    "Network",
    () => ({ name: "vpc" }),
    /Error creating Network: googleapi: Error 409: The resource 'projects\/novacron-test\/global\/networks\/vpc' already exists, alreadyExists/,
  ],
  ["a network name in capitals", "Network", () => ({ name: "Vpc" }), /not a valid name/],
  ["a network name of 64 characters", "Network", () => ({ name: "v".repeat(64) }), /at most 63/],
  [
    "an MTU above jumbo frames",
    "Network",
    () => ({ name: "n", mtu: 9000 }),
    /Error 400: Invalid value for field 'resource.mtu': '9000'/,
  ],
  [
    "an unknown routing mode",
    "Network",
    () => ({ name: "n", routingMode: "WORLD" }),
    /expected routingMode to be one of/,
  ],
  [
    "a subnetwork in a network that does not exist",
    "Subnetwork",
    () => ({ name: "s", region: REGION, network: "nowhere", ipCidrRange: "10.0.0.0/24" }),
    /'resource.network': 'nowhere'. The referenced network resource cannot be found., invalid/,
  ],
  [
    "a subnetwork whose range another one holds",
    "Subnetwork",
    (network) => ({ name: "s", region: "europe-west1", network, ipCidrRange: "10.6.64.0/20" }),
    /Invalid IPCidrRange: 10\.6\.64\.0\/20 conflicts with existing subnetwork 'vpc-nodes' in region 'asia-south1'\., invalid/,
  ],
  [
    "a primary range inside another subnetwork's secondary range",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.7.1.0/24" }),
    /conflicts with existing subnetwork/,
  ],
  [
    "a secondary range that overlaps its own primary range",
    "Subnetwork",
    (network) => ({
      name: "s",
      region: REGION,
      network,
      ipCidrRange: "10.20.0.0/16",
      secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.20.1.0/24" }],
    }),
    /secondaryIpRanges\[0\]\.ipCidrRange.*conflicts with 10\.20\.0\.0\/16/,
  ],
  [
    "two secondary ranges of one name",
    "Subnetwork",
    (network) => ({
      name: "s",
      region: REGION,
      network,
      ipCidrRange: "10.20.0.0/20",
      secondaryIpRanges: [
        { rangeName: "a", ipCidrRange: "10.21.0.0/24" },
        { rangeName: "a", ipCidrRange: "10.22.0.0/24" },
      ],
    }),
    /Duplicate secondary range name/,
  ],
  [
    "a range with host bits",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.20.0.1/24" }),
    /host bits/,
  ],
  [
    "a range that is none",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.20.0.0/33" }),
    /not a valid IP CIDR range/,
  ],
  [
    "a range of four addresses",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.20.0.0/30" }),
    /prefix length must be at most \/29/,
  ],
  [
    "a link-local range",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "169.254.0.0/24" }),
    /prohibited range/,
  ],
  [
    "a region that does not exist",
    "Subnetwork",
    (network) => ({ name: "s", region: "asia-south9", network, ipCidrRange: "10.20.0.0/24" }),
    /'region': 'asia-south9'\. Unknown region/,
  ],
  [
    "a regional resource without any region",
    "Subnetwork",
    (network) => ({ name: "s", network, ipCidrRange: "10.20.0.0/24" }),
    /^Cannot determine region/,
  ],
  [
    "flow logs on a proxy-only subnetwork",
    "Subnetwork",
    (network) => ({
      name: "s",
      region: REGION,
      network,
      ipCidrRange: "10.20.0.0/24",
      purpose: "REGIONAL_MANAGED_PROXY",
      role: "ACTIVE",
      logConfig: {},
    }),
    /Flow logging is not supported/,
  ],
  [
    "a proxy-only subnetwork without a role",
    "Subnetwork",
    (network) => ({
      name: "s",
      region: REGION,
      network,
      ipCidrRange: "10.20.0.0/24",
      purpose: "REGIONAL_MANAGED_PROXY",
    }),
    /Required field 'resource.role'/,
  ],
  [
    "a sampling rate above one",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.20.0.0/24", logConfig: { flowSampling: 2 } }),
    /flowSampling/,
  ],
  [
    "a route into a subnetwork's own range",
    "Route",
    (network) => ({ name: "r", network, destRange: "10.6.1.0/24", nextHopGateway: "default-internet-gateway" }),
    /destination range must not be equal to or inside/,
  ],
  [
    "a route without a next hop",
    "Route",
    (network) => ({ name: "r", network, destRange: "192.168.0.0/16" }),
    /Exactly one of nextHop/,
  ],
  [
    "a route to an unknown gateway",
    "Route",
    (network) => ({ name: "r", network, destRange: "192.168.0.0/16", nextHopGateway: "my-gateway" }),
    /only supported gateway/,
  ],
  [
    "a route to an address outside of the network",
    "Route",
    (network) => ({ name: "r", network, destRange: "192.168.0.0/16", nextHopIp: "172.16.0.1" }),
    /next hop address must be in a subnetwork/,
  ],
  [
    "a firewall priority above 65535",
    "Firewall",
    (network) => ({ name: "f", network, priority: 70000, allows: [{ protocol: "tcp" }], sourceRanges: ["10.0.0.0/8"] }),
    /range \(0 - 65535\)/,
  ],
  [
    "an ingress rule without a source",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tcp" }] }),
    /One of sourceTags, sourceRanges or sourceServiceAccounts/,
  ],
  [
    "a rule that allows and denies",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp" }],
      denies: [{ protocol: "udp" }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /conflicts with denies/,
  ],
  [
    "a rule that does neither",
    "Firewall",
    (network) => ({ name: "f", network, sourceRanges: ["10.0.0.0/8"] }),
    /Required field 'resource.allowed'/,
  ],
  [
    "ports on a protocol without ports",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "icmp", ports: ["80"] }], sourceRanges: ["10.0.0.0/8"] }),
    /Ports may only be specified/,
  ],
  [
    "a port range that runs backwards",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp", ports: ["90-80"] }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /allowed\[0\]\.ports\[0\]/,
  ],
  [
    "an unknown protocol",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tpc" }], sourceRanges: ["10.0.0.0/8"] }),
    /IPProtocol/,
  ],
  [
    "a source that is no range",
    "Firewall",
    (network) => ({ name: "f", network, allows: [{ protocol: "tcp" }], sourceRanges: ["10.0.0.0/40"] }),
    /'resource.sourceRanges\[0\]': '10\.0\.0\.0\/40'. Must be a valid CIDR/,
  ],
  [
    "tags and service accounts in one rule",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      allows: [{ protocol: "tcp" }],
      sourceTags: ["a"],
      targetServiceAccounts: ["a@b.c"],
    }),
    /conflicts with targetServiceAccounts/,
  ],
  [
    "sources on an egress rule",
    "Firewall",
    (network) => ({
      name: "f",
      network,
      direction: "EGRESS",
      allows: [{ protocol: "tcp" }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    /Sources may not be specified/,
  ],
  [
    "an external address with a subnetwork",
    "Address",
    () => ({ name: "a", region: REGION, subnetwork: "vpc-nodes" }),
    /only be specified for addresses of type INTERNAL/,
  ],
  [
    "an internal address outside of its subnetwork",
    "Address",
    () => ({ name: "a", region: REGION, addressType: "INTERNAL", subnetwork: "vpc-nodes", address: "10.99.0.1" }),
    /outside the subnetwork CIDR range/,
  ],
  [
    "a label in capitals",
    "Address",
    () => ({ name: "a", region: REGION, labels: { Owner: "x" } }),
    /Label key 'Owner' violates format constraints/,
  ],
  [
    "a label value of 64 characters",
    "Address",
    () => ({ name: "a", region: REGION, labels: { owner: "x".repeat(64) } }),
    /Label value .* violates/,
  ],
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
  [
    "a misspelt nested property",
    "Subnetwork",
    (network) => ({ name: "s", region: REGION, network, ipCidrRange: "10.20.0.0/24", logConfig: { flowSamplng: 1 } }),
    /flowSamplng/,
  ],
];

for (const [title, kind, inputs, words] of REFUSALS) {
  test(`what Google would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const { link } = await networkOf(sandbox);
    await refused(sandbox.create(kind, inputs(link)), words);
  });
}

test("a network is named by name, path or self link, as Google's API allows", async () => {
  const sandbox = new Sandbox();
  const { network } = await networkOf(sandbox);
  let third = 0;
  for (const reference of ["vpc", "global/networks/vpc", network.id, network.state.selfLink]) {
    third += 1;
    const subnet = await sandbox.create("Subnetwork", {
      name: `s-${third}`,
      region: REGION,
      network: reference,
      ipCidrRange: `10.30.${third}.0/24`,
    });
    assert.equal(subnet.state.network, `https://www.googleapis.com/compute/v1/projects/${PROJECT}/global/networks/vpc`);
  }
});

test("a network keeps standing while anything is in it", async () => {
  const sandbox = new Sandbox();
  const { network, subnetwork } = await networkOf(sandbox);
  await refused(
    sandbox.remove("Network", network),
    /Error waiting for Deleting Network: .*The network resource 'projects\/novacron-test\/global\/networks\/vpc' is already being used by 'projects\/novacron-test\/global\/routes\/vpc-default', resourceInUseByAnotherResource/,
  );
  await sandbox.create("Address", { name: "inside", region: REGION, addressType: "INTERNAL", subnetwork: "vpc-nodes" });
  await refused(
    sandbox.remove("Subnetwork", subnetwork),
    /already being used by 'projects\/novacron-test\/regions\/asia-south1\/addresses\/inside'/,
  );
});

test("a network and a subnetwork of the same name do not block each other", async () => {
  const sandbox = new Sandbox();
  const network = await sandbox.create("Network", { name: "main", autoCreateSubnetworks: false });
  const subnet = await sandbox.create("Subnetwork", {
    name: "main",
    region: REGION,
    network: "main",
    ipCidrRange: "10.0.0.0/24",
  });
  await refused(sandbox.remove("Network", network), /already being used/);
  await sandbox.remove("Subnetwork", subnet);
  await sandbox.remove("Network", network);
});

test("a subnetwork in an auto-mode network must keep out of its range", async () => {
  const sandbox = new Sandbox();
  await sandbox.create("Network", { name: "auto" });
  const inputs = { name: "s", region: REGION, network: "auto" };
  await refused(
    sandbox.create("Subnetwork", { ...inputs, ipCidrRange: "10.200.0.0/16" }),
    /Extended subnetworks in auto subnet mode networks cannot overlap with 10\.128\.0\.0\/9/,
  );
  await sandbox.create("Subnetwork", { ...inputs, ipCidrRange: "10.100.0.0/16" });
});

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

test("a resource with deletion policy PREVENT stays", async () => {
  const sandbox = new Sandbox();
  const network = await sandbox.create("Network", { name: "kept", deletionPolicy: "PREVENT" });
  await refused(sandbox.remove("Network", network), /cannot destroy/);
});

test("labels come back with the provider's own", async () => {
  const sandbox = new Sandbox();
  const address = await sandbox.create("Address", { name: "a", region: REGION, labels: { owner: "us" } });
  assert.deepEqual(address.state.effectiveLabels, { "goog-pulumi-provisioned": "true", owner: "us" });
  const changed = await sandbox.update("Address", address, { labels: { owner: "them" } });
  assert.deepEqual(changed.state.effectiveLabels, { "goog-pulumi-provisioned": "true", owner: "them" });
});
