import assert from "node:assert/strict";
import { test } from "node:test";
import { unallowed } from "../../ops/review/dangers.ts";
import type { DangerClass } from "../../ops/review/model.ts";
import { loweringOf } from "../../ops/review/protections.ts";
import { replace, reviewed, step, update, urnOf } from "./engineEvents.ts";

const classes = (
  events: Parameters<typeof reviewed>[0],
  resources: Parameters<typeof reviewed>[1] = [],
): DangerClass[] => [...new Set(reviewed(events, resources).dangers.map((danger) => danger.class))];
const gone = (type: string, name = "aws-use1-x") => step("delete", type, name, { old: { inputs: {} } });

for (const [type, expected] of [
  ["aws:s3/bucket:Bucket", "delete-data"],
  ["azure-native:storage:StorageAccount", "delete-data"],
  ["azure-native:keyvault/v20230701:Vault", "delete-data"],
  ["gcp:storage/bucket:Bucket", "delete-data"],
  ["kubernetes:apps/v1:StatefulSet", "delete-data"],
  ["kubernetes:core/v1:PersistentVolumeClaim", "delete-data"],
  ["kubernetes:core/v1:Namespace", "delete-data"],
  ["aws:eks/cluster:Cluster", "delete-cluster"],
  ["azure-native:containerservice:ManagedCluster", "delete-cluster"],
  ["gcp:container/cluster:Cluster", "delete-cluster"],
  ["aws:eks/nodeGroup:NodeGroup", "delete-nodes"],
  ["azure-native:containerservice:AgentPool", "delete-nodes"],
  ["gcp:container/nodePool:NodePool", "delete-nodes"],
  ["aws:kms/key:Key", "delete-key"],
  ["azure-native:keyvault:Key", "delete-key"],
  ["gcp:kms/cryptoKey:CryptoKey", "delete-key"],
  ["aws:ec2transitgateway/transitGateway:TransitGateway", "delete-gateway"],
  ["azure-native:network:VirtualNetworkGateway", "delete-gateway"],
  ["gcp:compute/haVpnGateway:HaVpnGateway", "delete-gateway"],
  ["aws:ec2/subnet:Subnet", "delete-network"],
  ["azure-native:network:Subnet", "delete-network"],
  ["gcp:compute/subnetwork:Subnetwork", "delete-network"],
  ["aws:iam/role:Role", "delete-identity"],
  ["azure-native:authorization:RoleAssignment", "delete-identity"],
  ["gcp:serviceaccount/account:Account", "delete-identity"],
  ["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "delete-identity"],
  ["aws:sns/topic:Topic", "delete-other"],
] as const) {
  test(`deleting ${type} needs consent to ${expected}`, () => {
    assert.deepEqual(classes([gone(type)]), [expected]);
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

for (const [path, from, to, expected] of [
  ["deletionProtection", "true", "false", "lower-protection"],
  ["deletionProtection", "false", "true", undefined],
  ["(protect)", "true", "false", "lower-protection"],
  ["forceDestroy", "false", "true", "lower-protection"],
  ["versioningConfiguration.status", "Enabled", "Suspended", "lower-protection"],
  ["retentionInDays", "90", "30", "lower-protection"],
  ["retentionInDays", "90", "365", undefined],
  ["properties.minimumTlsVersion", "TLS1_3", "TLS1_2", "lower-protection"],
  ["minimumTlsVersion", "TLS1_2", "TLS1_3", undefined],
  ['metadata.labels["pod-security.kubernetes.io/enforce"]', "restricted", "privileged", "lower-protection"],
  ["blockPublicAcls", "true", "false", "widen-access"],
  ["publicNetworkAccess", "Disabled", "Enabled", "widen-access"],
  ["vpcConfig.endpointPublicAccess", "false", "true", "widen-access"],
  ["cidrIpv4", "10.16.0.0/15", "0.0.0.0/0", "widen-access"],
  ["vpcConfig.publicAccessCidrs[0]", "203.0.113.0/28", "203.0.113.0/24", "widen-access"],
  ["vpcConfig.publicAccessCidrs[0]", "203.0.113.0/24", "203.0.113.0/28", undefined],
  ["sourceRanges[0]", "10.0.0.0/8", "10.1.0.0/16", undefined],
  ["member", "serviceAccount:a@b", "allUsers", "widen-access"],
  ["policy → Statement[0].Action", "s3:GetObject", "s3:*", "widen-access"],
  ["desiredSize", "3", "2", undefined],
] as const) {
  test(`${path} from ${from} to ${to} is ${expected ?? "no danger"}`, () => {
    assert.equal(loweringOf({ path, change: "changed", from, to })?.class, expected);
  });
}

test("a customer's key that is taken away lowers a protection", () => {
  assert.equal(loweringOf({ path: "kmsKeyId", change: "removed", from: "arn:aws:kms:key" })?.class, "lower-protection");
  assert.equal(
    loweringOf({ path: "kmsKeyId", change: "changed", from: "arn:aws:kms:a", to: "arn:aws:kms:b" }),
    undefined,
  );
});

const TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel";
const tunnels = [0, 1, 2, 3].map((index) => ({
  urn: urnOf(TUNNEL, `gcp-aso1-gateway-aws-use1-${index}`),
  type: TUNNEL,
  custom: true,
}));
const changed = (index: number) =>
  update(TUNNEL, `gcp-aso1-gateway-aws-use1-${index}`, { peerIp: "203.0.113.1" }, { peerIp: "203.0.113.2" });

test("a change of every path of a pair at once cuts it; of all but one, it does not", () => {
  assert.deepEqual(classes([0, 1, 2, 3].map(changed), tunnels), ["cut-link"]);
  assert.deepEqual(classes([0, 1, 2].map(changed), tunnels), []);
  const labels = (index: number) =>
    update(TUNNEL, `gcp-aso1-gateway-aws-use1-${index}`, { labels: { a: "1" } }, { labels: { a: "2" } });
  assert.deepEqual(classes([0, 1, 2, 3].map(labels), tunnels), []);
});

test("what others run on, changed in two regions at once, is one danger more", () => {
  const upgrade = (type: string, name: string) => update(type, name, { version: "1.35" }, { version: "1.36" });
  const aws = upgrade("aws:eks/cluster:Cluster", "aws-use1-cluster");
  const gcp = upgrade("gcp:container/cluster:Cluster", "gcp-aso1-cluster");
  assert.deepEqual(classes([aws]), []);
  assert.deepEqual(classes([aws, gcp]), ["several-regions"]);
  assert.deepEqual(reviewed([aws, gcp]).dangers[0]?.regions, ["aws-use1", "gcp-aso1"]);
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

test("what one cause replaces in a region is one danger, which names all of it", () => {
  const replaced = (name: string) =>
    replace(TUNNEL, name, { sharedSecret: "a" }, { sharedSecret: "b" }, ["sharedSecret"]);
  const events = tunnels.flatMap(({ urn }) => replaced(urn.split("::").at(-1) ?? ""));
  const routerInterface = (index: number) => ({
    urn: urnOf("gcp:compute/routerInterface:RouterInterface", `gcp-aso1-interface-${index}`),
    type: "gcp:compute/routerInterface:RouterInterface",
    custom: true,
    dependencies: [tunnels[index]?.urn ?? ""],
  });
  const { dangers, sentence } = reviewed(events, [...tunnels, ...[0, 1, 2, 3].map(routerInterface)]);
  const [link, gone] = [dangers.find((found) => found.class === "cut-link"), dangers[0]];
  assert.ok(link);
  assert.equal(gone?.class, "replace-gateway");
  assert.equal(dangers.length, 2);
  assert.equal(gone.resources.length, 4);
  assert.match(
    gone.text,
    /^4 VPN tunnels \(.*aws-use1-0, .*aws-use1-3\) are replaced, forced by sharedSecret, the new one first; 4 resources made from them$/,
  );
  assert.equal(gone.dependents.count, 4);
  assert.match(sentence, /; 1 link changes on every path at once; no data-bearing resource touched$/);
});

test("the sentence says that a protection goes, or that more are let in", () => {
  const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const open = update(rule, "aws-use1-x", { cidrIpv4: "10.0.0.0/16" }, { cidrIpv4: "0.0.0.0/0" });
  assert.match(reviewed([open]).sentence, /^aws-use1: 1 update of a firewall rule; access widened in 1 place; /);
  const provider = update("pulumi:providers:aws", "aws", { version: "7.48.0" }, { version: "7.49.0" });
  assert.match(reviewed([provider]).sentence, /^1 update of a provider; /);
  const key = update("aws:kms/key:Key", "aws-use1-x", { enableKeyRotation: true }, { enableKeyRotation: false });
  assert.match(reviewed([key]).sentence, /; 1 protection lowered; /);
});
