import assert from "node:assert/strict";
import { test } from "node:test";
import { unallowed } from "../../ops/review/dangers.ts";
import { DANGER_CLASSES, type DangerClass } from "../../ops/review/model.ts";
import { replace, reviewed, step, update, urnOf } from "./engineEvents.ts";

/** Classes that the tests here have met. */
const found = new Set<DangerClass>();

const classes = (
  events: Parameters<typeof reviewed>[0],
  resources: Parameters<typeof reviewed>[1] = [],
): DangerClass[] => {
  const own = [...new Set(reviewed(events, resources).dangers.map((danger) => danger.class))];
  for (const each of own) found.add(each);
  return own;
};
const gone = (type: string, name = "aws-use1-x") => step("delete", type, name, { old: { inputs: {} } });

for (const [type, kind] of [
  ["aws:s3/bucket:Bucket", "data"],
  ["azure-native:storage:StorageAccount", "data"],
  ["azure-native:keyvault/v20230701:Vault", "data"],
  ["gcp:storage/bucket:Bucket", "data"],
  ["kubernetes:apps/v1:StatefulSet", "data"],
  ["kubernetes:core/v1:PersistentVolumeClaim", "data"],
  ["kubernetes:core/v1:Namespace", "data"],
  ["aws:eks/cluster:Cluster", "cluster"],
  ["azure-native:containerservice:ManagedCluster", "cluster"],
  ["gcp:container/cluster:Cluster", "cluster"],
  ["aws:eks/nodeGroup:NodeGroup", "nodes"],
  ["azure-native:containerservice:AgentPool", "nodes"],
  ["gcp:container/nodePool:NodePool", "nodes"],
  ["aws:kms/key:Key", "key"],
  ["azure-native:keyvault:Key", "key"],
  ["gcp:kms/cryptoKey:CryptoKey", "key"],
  ["aws:ec2transitgateway/transitGateway:TransitGateway", "gateway"],
  ["azure-native:network:VirtualNetworkGateway", "gateway"],
  ["gcp:compute/haVpnGateway:HaVpnGateway", "gateway"],
  ["aws:ec2/subnet:Subnet", "network"],
  ["azure-native:network:Subnet", "network"],
  ["gcp:compute/subnetwork:Subnetwork", "network"],
  ["aws:iam/role:Role", "identity"],
  ["azure-native:authorization:RoleAssignment", "identity"],
  ["gcp:serviceaccount/account:Account", "identity"],
  ["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "identity"],
  ["aws:sns/topic:Topic", "other"],
] as const) {
  test(`deleting ${type} needs consent to delete-${kind}, replacing it consent to replace-${kind}`, () => {
    assert.deepEqual(classes([gone(type)]), [`delete-${kind}`]);
    assert.deepEqual(classes(replace(type, "aws-use1-x", { a: 1 }, { a: 2 }, ["a"])), [`replace-${kind}`]);
  });
}

test("what nobody notices needs no consent", () => {
  assert.deepEqual(
    classes([gone("kubernetes:monitoring.coreos.com/v1:PodMonitor"), gone("kubernetes:core/v1:ConfigMap")]),
    [],
  );
  assert.deepEqual(classes([step("create", "aws:s3/bucket:Bucket", "aws-use1-x", { new: { inputs: {} } })]), []);
  assert.deepEqual(
    classes([update("aws:eks/cluster:Cluster", "aws-use1-x", { tags: { a: "1" } }, { tags: { a: "2" } })]),
    [],
  );
});

test("taking away what protects is a danger beside the deletion", () => {
  assert.deepEqual(classes([gone("kubernetes:networking.k8s.io/v1:NetworkPolicy")]), [
    "delete-network",
    "lower-protection",
  ]);
  assert.deepEqual(classes([gone("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")]), [
    "lower-protection",
    "delete-other",
  ]);
});

const TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel";
const ROUTER_INTERFACE = "gcp:compute/routerInterface:RouterInterface";
const CONNECTION = "aws:ec2/vpnConnection:VpnConnection";
const AZURE_CONNECTION = "azure-native:network:VirtualNetworkGatewayConnection";
const LOCAL_GATEWAY = "azure-native:network:LocalNetworkGateway";
const PEERING = "gcp:compute/networkPeering:NetworkPeering";

const inState = (type: string, name: string, dependencies: string[] = []) => ({
  urn: urnOf(type, name),
  type,
  custom: true,
  dependencies,
});
const numbered = (type: string, name: string, numbers: number[]) =>
  numbers.map((number) => inState(type, `${name}-${number}`));
const changed = (type: string, name: string, ...numbers: number[]) =>
  numbers.map((number) => update(type, `${name}-${number}`, { peer: "203.0.113.1" }, { peer: "203.0.113.2" }));

/** Four tunnels: two of each connection on AWS, one each on Google Cloud. */
const awsToGcp = [
  ...numbered(CONNECTION, "aws-use1-gateway-to-gcp-aso1", [0, 1]),
  ...numbered(TUNNEL, "gcp-aso1-gateway-aws-use1", [0, 1, 2, 3]),
  ...numbered(ROUTER_INTERFACE, "gcp-aso1-gateway-aws-use1", [0, 1, 2, 3]),
];
const aws = (...numbers: number[]) => changed(CONNECTION, "aws-use1-gateway-to-gcp-aso1", ...numbers);
const gcp = (...numbers: number[]) => changed(TUNNEL, "gcp-aso1-gateway-aws-use1", ...numbers);
const cut = (events: Parameters<typeof classes>[0], state: Parameters<typeof classes>[1]) =>
  classes(events, state).includes("cut-link");

test("a pair is cut when no tunnel stays as it is, whichever end and whatever part of each is changed", () => {
  assert.ok(cut(gcp(0, 1, 2, 3), awsToGcp));
  assert.ok(!cut(gcp(0, 1, 2), awsToGcp));
  assert.ok(cut(aws(0, 1), awsToGcp));
  assert.ok(!cut(aws(0), awsToGcp));
  assert.ok(cut([...aws(0), ...gcp(2, 3)], awsToGcp), "each end changes half of the tunnels, not the same half");
  assert.ok(!cut([...aws(0), ...gcp(0, 1, 2)], awsToGcp));
  const interfaces = changed(ROUTER_INTERFACE, "gcp-aso1-gateway-aws-use1", 1, 3);
  assert.ok(cut([...gcp(0, 2), ...interfaces], awsToGcp));
  const { dangers } = reviewed([...aws(0), ...gcp(2, 3)], awsToGcp);
  assert.equal(dangers.find((danger) => danger.class === "cut-link")?.resources.length, 3, "those that are changed");
});

test("links of Azure and peerings are cut alike, labels cut nothing, and a new name hides nothing", () => {
  const azure = [LOCAL_GATEWAY, AZURE_CONNECTION].flatMap((type) => numbered(type, "azr-weu-gateway-gcp-aso1", [0, 1]));
  const local = changed(LOCAL_GATEWAY, "azr-weu-gateway-gcp-aso1", 0);
  assert.ok(cut([...local, ...changed(AZURE_CONNECTION, "azr-weu-gateway-gcp-aso1", 1)], azure));
  assert.ok(!cut([...local, ...changed(AZURE_CONNECTION, "azr-weu-gateway-gcp-aso1", 0)], azure));
  const peerings = [inState(PEERING, "gcp-aso1-gateway-gcp-usc1"), inState(PEERING, "gcp-usc1-gateway-gcp-aso1")];
  assert.ok(cut([gone(PEERING, "gcp-usc1-gateway-gcp-aso1")], peerings), "one side less is none");
  assert.ok(!cut([gone("aws:sns/topic:Topic")], peerings));
  const labels = [0, 1, 2, 3].map((number) =>
    update(TUNNEL, `gcp-aso1-gateway-aws-use1-${number}`, { labels: { a: "1" } }, { labels: { a: "2" } }),
  );
  assert.deepEqual(classes(labels, awsToGcp), []);
  const renamed = [0, 1, 2, 3].map((number) =>
    step("update", TUNNEL, `gcp-aso1-wan-aws-use1-${number}`, {
      old: { urn: urnOf(TUNNEL, `gcp-aso1-gateway-aws-use1-${number}`), inputs: { peerIp: "203.0.113.1" } },
      new: { inputs: { peerIp: "203.0.113.2" } },
    }),
  );
  assert.ok(cut(renamed, awsToGcp));
});

test("what others run on, changed in two regions at once, is one danger more", () => {
  const upgrade = (type: string, name: string) => update(type, name, { version: "1.35" }, { version: "1.36" });
  const eks = upgrade("aws:eks/cluster:Cluster", "aws-use1-cluster");
  const gke = upgrade("gcp:container/cluster:Cluster", "gcp-aso1-cluster");
  assert.deepEqual(classes([eks]), []);
  assert.deepEqual(classes([eks, gke]), ["several-regions"]);
  assert.deepEqual(reviewed([eks, gke]).dangers[0]?.regions, ["aws-use1", "gcp-aso1"]);
});

test("any danger in two regions at once is one more; what is no danger by itself is none in two either", () => {
  const subnets = [gone("aws:ec2/subnet:Subnet", "aws-use1-x"), gone("azure-native:network:Subnet", "azr-weu-x")];
  assert.deepEqual(classes(subnets), ["delete-network", "several-regions"]);
  assert.deepEqual(classes(subnets.slice(1)), ["delete-network"]);
  const bucket = (type: string, name: string) => update(type, name, { lifecycle: 1 }, { lifecycle: 2 });
  const buckets = [bucket("aws:s3/bucket:Bucket", "aws-use1-x"), bucket("gcp:storage/bucket:Bucket", "gcp-aso1-x")];
  assert.deepEqual(classes(buckets), []);
});

test("dangers come worst first, and consent to one is no consent to another", () => {
  const events = [
    gone("aws:sns/topic:Topic"),
    ...replace("aws:eks/nodeGroup:NodeGroup", "aws-use1-pool", { instanceTypes: ["a"] }, { instanceTypes: ["b"] }, [
      "instanceTypes",
    ]),
    gone("aws:s3/bucket:Bucket"),
  ];
  const { dangers } = reviewed(events);
  assert.deepEqual(
    dangers.map((danger) => danger.class),
    ["delete-data", "replace-nodes", "delete-other"],
  );
  assert.deepEqual(unallowed(dangers, ["replace-nodes"]), ["delete-data", "delete-other"]);
  assert.deepEqual(unallowed(dangers, ["delete-data", "delete-other", "replace-nodes"]), []);
});

test("what one cause replaces in a region is one danger, which names all of it and from what to what", () => {
  const tunnels = numbered(TUNNEL, "gcp-aso1-gateway-aws-use1", [0, 1, 2, 3]);
  const events = tunnels.flatMap(({ urn }) =>
    replace(TUNNEL, urn.split("::").at(-1) ?? "", { sharedSecret: "a" }, { sharedSecret: "b" }, ["sharedSecret"]),
  );
  const interfaces = tunnels.map(({ urn }, number) => inState(ROUTER_INTERFACE, `gcp-aso1-interface-${number}`, [urn]));
  const { dangers, sentence } = reviewed(events, [...tunnels, ...interfaces]);
  assert.deepEqual(
    dangers.map((danger) => danger.class),
    ["replace-gateway", "cut-link"],
  );
  const [replaced] = dangers;
  assert.equal(replaced?.resources.length, 4);
  assert.match(
    replaced.text,
    /^4 VPN tunnels \(.*aws-use1-0, .*aws-use1-3\) are replaced, forced by sharedSecret, the new one first; 4 resources made from them$/,
  );
  assert.deepEqual(replaced.properties, [{ path: "sharedSecret", change: "changed", secret: true, forces: true }]);
  assert.match(sentence, /; 1 link changes on every path at once; no data-bearing resource touched$/);
});

test("what is made from several resources together is counted exactly, however much of it they share", () => {
  const POOL = "gcp:container/nodePool:NodePool";
  const pools = numbered(POOL, "gcp-aso1-pool", [0, 1, 2, 3]);
  const urn = (pool: number) => urnOf(POOL, `gcp-aso1-pool-${pool}`);
  // 14 are made from the first, 12 from the second, of which 6 are the same; the third is made from the fourth.
  const topics = Array.from({ length: 20 }, (_, number) =>
    inState("aws:sns/topic:Topic", `gcp-aso1-topic-${number}`, [
      ...(number < 14 ? [urn(0)] : []),
      ...(number >= 8 ? [urn(1)] : []),
    ]),
  );
  const chained = pools.map((pool, number) => (number === 2 ? { ...pool, dependencies: [urn(3)] } : pool));
  const events = pools.flatMap((_, number) =>
    replace(POOL, `gcp-aso1-pool-${number}`, { machineType: "a" }, { machineType: "b" }, ["machineType"]),
  );
  const [danger] = reviewed(events, [...chained, ...topics]).dangers;
  assert.equal(danger?.dependents.count, 20);
  assert.match(danger.text, /; 20 resources made from them$/);
});

test("the sentence says that a protection goes, or that more are let in", () => {
  const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const open = update(rule, "aws-use1-x", { cidrIpv4: "10.0.0.0/16" }, { cidrIpv4: "0.0.0.0/0" });
  assert.deepEqual(classes([open]), ["widen-access"]);
  assert.match(reviewed([open]).sentence, /^aws-use1: 1 update of a firewall rule; access widened in 1 place; /);
  const provider = update("pulumi:providers:aws", "aws", { version: "7.48.0" }, { version: "7.49.0" });
  assert.match(reviewed([provider]).sentence, /^1 update of a provider; /);
  const key = update("aws:kms/key:Key", "aws-use1-x", { enableKeyRotation: true }, { enableKeyRotation: false });
  assert.match(reviewed([key]).sentence, /; 1 protection lowered; /);
});

test("there is a test here for every class", () => {
  assert.deepEqual(
    DANGER_CLASSES.filter((each) => !found.has(each)),
    [],
  );
});
