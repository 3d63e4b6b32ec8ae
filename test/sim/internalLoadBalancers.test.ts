import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LoadBalancerAddresses } from "../../sim/loadBalancerAddresses.ts";
import { Store } from "../../sim/store.ts";
import { T, threeClouds } from "../clusters/clouds.ts";
import { REGION } from "./gcp/sandbox.ts";

const folder = mkdtempSync(join(tmpdir(), "novacron-balancers-"));
after(() => rmSync(folder, { recursive: true }));

const clouds = await threeClouds();
const { account } = clouds.aws;
const [eks] = account.store.all().filter(({ type }) => type === "aws:eks/cluster:Cluster");
const vpcId = String((eks?.state.vpcConfig as { vpcId: string } | undefined)?.vpcId);
const subnets = [
  await account.make(T.subnet, { vpcId, availabilityZone: "us-east-1a", cidrBlock: "10.0.194.0/28" }, "wan-a"),
  await account.make(T.subnet, { vpcId, availabilityZone: "us-east-1b", cidrBlock: "10.0.194.16/28" }, "wan-b"),
];
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" }, "other");
const stranger = await account.make(
  T.subnet,
  { vpcId: other.id, availabilityZone: "us-east-1a", cidrBlock: "10.8.0.0/28" },
  "other",
);
const network = clouds.gke.state.network as string;
const wan = await clouds.google.create("Subnetwork", {
  name: "wan",
  network,
  region: REGION,
  ipCidrRange: "10.6.194.0/25",
});
await clouds.google.create("Address", {
  name: "wan-entry",
  region: REGION,
  addressType: "INTERNAL",
  subnetwork: wan.state.selfLink,
  address: "10.6.194.10",
});

const store = new Store(":memory:");
for (const { sequence: _, ...resource } of clouds.resources()) store.insert(resource);
const addresses = new LoadBalancerAddresses(
  { list: clouds.clusters, folderOf: (name) => join(folder, name) },
  store,
  () => "198.51.100.1",
);
type Annotations = Record<string, string>;
const give = (cloud: string, annotations: Annotations, loadBalancerIP?: string) => {
  const cluster = clouds.clusters().find(({ spec }) => spec.cloud === cloud) ?? assert.fail(cloud);
  return addresses.give(cluster, { annotations, ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }) });
};

const named = (prefix: string, annotations: Annotations): Annotations =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`${prefix}${name}`, value]));
const aws = (annotations: Annotations) =>
  named("service.beta.kubernetes.io/aws-load-balancer-", { type: "external", scheme: "internal", ...annotations });
const azure = (annotations: Annotations) =>
  named("service.beta.kubernetes.io/azure-load-balancer-", { internal: "true", ...annotations });
const gcp = (annotations: Annotations) =>
  named("networking.gke.io/", { "load-balancer-type": "Internal", ...annotations });

const bothSubnets = subnets.map(({ id }) => id).join(",");

test("AWS gives the private addresses that were chosen, one in each subnet, whatever their order", () => {
  const given = give("aws", aws({ subnets: bothSubnets, "private-ipv4-addresses": "10.0.194.26, 10.0.194.10" }));
  assert.deepEqual(given, ["10.0.194.10", "10.0.194.26"]);
  assert.equal(addresses.ownerOf("10.0.194.26"), "main");
});

test("AWS refuses addresses that are outside of their subnets, kept, taken or too few", () => {
  const refused: [ids: string, chosen: string, words: RegExp][] = [
    [bothSubnets, "10.0.194.10,10.0.195.10", /expect one private IPv4 address configured for subnet: subnet-/],
    [bothSubnets, "10.0.194.10", /count of private ipv4 addresses \(1\) and subnets \(2\) must match/],
    [subnets[0]?.id ?? "", "10.0.194.3", /InvalidParameterValue: .*reserved address range/],
    [subnets[0]?.id ?? "", "10.0.194.10", /InvalidIPAddress\.InUse: 10\.0\.194\.10/],
    ["subnet-0dead", "10.0.194.10", /InvalidSubnetID\.NotFound/],
    [stranger.id, "10.8.0.10", /not in the cluster's VPC/],
  ];
  for (const [ids, chosen, words] of refused)
    assert.throws(() => give("aws", aws({ subnets: ids, "private-ipv4-addresses": chosen })), words, chosen);
});

test("EKS's own controller knows no private addresses: what chooses them needs the other one", () => {
  const asked = aws({ type: "nlb", subnets: bothSubnets, "private-ipv4-addresses": "10.0.194.11,10.0.194.27" });
  assert.notDeepEqual(give("aws", asked), ["10.0.194.11", "10.0.194.27"]);
});

test("Azure gives a private address of the subnet that is named, and of no other", async () => {
  await clouds.azure.create("network:Subnet", {
    resourceGroupName: "rg",
    virtualNetworkName: "vnet",
    subnetName: "wan",
    addressPrefix: "10.2.194.0/25",
  });
  for (const { sequence: _, ...resource } of clouds.azure.store.all().slice(-1)) store.insert(resource);
  const inWan = (ipv4: string) => azure({ "internal-subnet": "wan", ipv4 });
  assert.deepEqual(give("azure", inWan("10.2.194.10")), ["10.2.194.10"]);
  assert.throws(() => give("azure", inWan("10.2.0.10")), /PrivateIPAddressNotInSubnet: .*subnet prefix 10\.2\.194\.0/);
  assert.throws(() => give("azure", inWan("10.2.194.3")), /PrivateIPAddressInReservedRange/);
  assert.throws(() => give("azure", azure({ "internal-subnet": "none", ipv4: "10.2.194.10" })), /not found/);
});

test("Google gives the internal address that is reserved, in another subnetwork only where GKE subsetting is on", async () => {
  const asked = gcp({ "load-balancer-ip-addresses": "wan-entry", "load-balancer-subnet": "wan" });
  assert.throws(() => give("gcp", asked), /'resource\.IPAddress': '10\.6\.194\.10'.*subnetwork 'vpc-nodes'/);
  const stored = clouds.google.store.all().find(({ type }) => type.endsWith(":Cluster")) ?? assert.fail();
  clouds.google.store.change(stored, stored.inputs, { ...stored.state, enableL4IlbSubsetting: true });
  assert.deepEqual(give("gcp", asked), ["10.6.194.10"]);
  assert.throws(
    () => give("gcp", gcp({ "load-balancer-ip-addresses": "nobody" })),
    /no internal address named 'nobody'/,
  );
  assert.throws(() => give("gcp", { ...asked, "networking.gke.io/load-balancer-subnet": "none" }), /notFound/);
});
