import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { networkOf, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

/** A subnetwork that Google takes. */
const subnet = (network: string, changes: Properties): Properties => ({
  name: "s",
  region: REGION,
  network,
  ipCidrRange: "10.20.0.0/24",
  ...changes,
});

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
    (network) => subnet(network, { ipCidrRange: "10.7.1.0/24" }),
    /conflicts with existing subnetwork/,
  ],
  [
    "a secondary range that overlaps its own primary range",
    "Subnetwork",
    (network) =>
      subnet(network, {
        ipCidrRange: "10.20.0.0/16",
        secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.20.1.0/24" }],
      }),
    /secondaryIpRanges\[0\]\.ipCidrRange.*conflicts with 10\.20\.0\.0\/16/,
  ],
  [
    "two secondary ranges of one name",
    "Subnetwork",
    (network) =>
      subnet(network, {
        ipCidrRange: "10.20.0.0/20",
        secondaryIpRanges: [
          { rangeName: "a", ipCidrRange: "10.21.0.0/24" },
          { rangeName: "a", ipCidrRange: "10.22.0.0/24" },
        ],
      }),
    /Duplicate secondary range name/,
  ],
  ["a range with host bits", "Subnetwork", (network) => subnet(network, { ipCidrRange: "10.20.0.1/24" }), /host bits/],
  [
    "a range that is none",
    "Subnetwork",
    (network) => subnet(network, { ipCidrRange: "10.20.0.0/33" }),
    /not a valid IP CIDR range/,
  ],
  [
    "a range of four addresses",
    "Subnetwork",
    (network) => subnet(network, { ipCidrRange: "10.20.0.0/30" }),
    /prefix length must be at most \/29/,
  ],
  [
    "a link-local range",
    "Subnetwork",
    (network) => subnet(network, { ipCidrRange: "169.254.0.0/24" }),
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
    (network) => subnet(network, { purpose: "REGIONAL_MANAGED_PROXY", role: "ACTIVE", logConfig: {} }),
    /Flow logging is not supported/,
  ],
  [
    "a proxy-only subnetwork without a role",
    "Subnetwork",
    (network) => subnet(network, { purpose: "REGIONAL_MANAGED_PROXY" }),
    /Required field 'resource.role'/,
  ],
  [
    "a sampling rate above one",
    "Subnetwork",
    (network) => subnet(network, { logConfig: { flowSampling: 2 } }),
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
    "a misspelt nested property",
    "Subnetwork",
    (network) => subnet(network, { logConfig: { flowSamplng: 1 } }),
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

test("a resource with deletion policy PREVENT stays", async () => {
  const sandbox = new Sandbox();
  const network = await sandbox.create("Network", { name: "kept", deletionPolicy: "PREVENT" });
  await refused(sandbox.remove("Network", network), /cannot destroy/);
});
