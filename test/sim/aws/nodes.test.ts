import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { baseline, T, trusting } from "./baseline.ts";

const given = await baseline();
const { account, clusterInputs, nodeInputs } = given;
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" });
const otherSubnet = await account.make(T.subnet, { vpcId: other.id, cidrBlock: "10.8.0.0/20" });
const publicSubnet = await account.make(T.subnet, { vpcId: given.vpc.id, cidrBlock: "10.0.80.0/20" });
const publicTable = await account.make(T.routeTable, { vpcId: given.vpc.id });
await account.make(T.association, { routeTableId: publicTable.id, subnetId: publicSubnet.id });
await account.make(T.route, {
  routeTableId: publicTable.id,
  destinationCidrBlock: "0.0.0.0/0",
  gatewayId: given.internet.id,
});
const selfMade = await account.make(T.template, { name: "self-made", instanceType: "m7i.large" });
const withProfile = await account.make(T.template, { name: "profile", iamInstanceProfile: { name: "x" } });
await account.make(T.cluster, { ...clusterInputs, name: "empty" });
const plainRole = await account.make(T.role, { name: "lambda", assumeRolePolicy: trusting("lambda.amazonaws.com") });
const untagged = await account.make(T.role, { name: "untagged", assumeRolePolicy: trusting("pods.eks.amazonaws.com") });

const nodes = (more: object) => ({ ...nodeInputs, nodeGroupName: "new", ...more });
const sized = (minSize: number, desiredSize: number, maxSize: number) =>
  nodes({ scalingConfig: { minSize, desiredSize, maxSize } });

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  [
    "nodes of no cluster",
    /ResourceNotFoundException: No cluster found for name: none\./,
    T.nodes,
    nodes({ clusterName: "none" }),
  ],
  [
    "two groups of one name",
    /ResourceInUseException: NodeGroup already exists with name system and cluster name main/,
    T.nodes,
    nodes({ nodeGroupName: "system" }),
  ],
  [
    "a node role that does not trust EC2",
    /service principals \[ec2\.amazonaws\.com\] were not found/,
    T.nodes,
    nodes({ nodeRoleArn: plainRole.state.arn }),
  ],
  [
    "fewer nodes wanted than the least",
    /Minimum capacity 3 can't be greater than desired size 2/,
    T.nodes,
    sized(3, 2, 4),
  ],
  ["more nodes wanted than the most", /desired capacity 5 can't be greater than max size 4/, T.nodes, sized(1, 5, 4)],
  ["no nodes at most", /scalingConfig\.maxSize to be in the range/, T.nodes, sized(0, 0, 0)],
  [
    "an instance type that does not exist",
    /The following supplied instance types do not exist: \[m9\.huge\]/,
    T.nodes,
    nodes({ instanceTypes: ["m9.huge"] }),
  ],
  [
    "Arm machines with an x86 image",
    /\[m7g\.large\] is not a valid instance type for requested amiType/,
    T.nodes,
    nodes({ instanceTypes: ["m7g.large"], amiType: "AL2023_x86_64_STANDARD" }),
  ],
  ["an image type that does not exist", /amiType to be one of/, T.nodes, nodes({ amiType: "AL2022_x86_64" })],
  [
    "instance types in two places",
    /Cannot specify instance types in launch template and API request/,
    T.nodes,
    nodes({ launchTemplate: { id: selfMade.id, version: "1" } }),
  ],
  [
    "a template with a profile",
    /should not specify an instance profile/,
    T.nodes,
    nodes({ launchTemplate: { id: withProfile.id, version: "1" } }),
  ],
  [
    "a template that does not exist",
    /launch template, with template ID lt-0dead, does not exist/,
    T.nodes,
    nodes({ launchTemplate: { id: "lt-0dead", version: "1" } }),
  ],
  [
    "a template version that does not exist",
    /valid launch template version/,
    T.nodes,
    nodes({ launchTemplate: { id: given.template.id, version: "7" } }),
  ],
  [
    "a disk size beside a template",
    /Disk size must be specified within the launch template/,
    T.nodes,
    nodes({ diskSize: 50 }),
  ],
  [
    "a reserved label",
    /Label cannot contain reserved prefixes/,
    T.nodes,
    nodes({ labels: { "node-role.kubernetes.io/x": "y" } }),
  ],
  [
    "a taint in Kubernetes' spelling",
    /taints\.effect to be one of \[NO_SCHEDULE/,
    T.nodes,
    nodes({ taints: [{ key: "a", effect: "NoSchedule" }] }),
  ],
  [
    "nodes newer than their cluster",
    /can't be newer than the cluster's version 1\.35/,
    T.nodes,
    nodes({ version: "1.36" }),
  ],
  ["nodes outside the cluster's VPC", /not in the cluster's VPC/, T.nodes, nodes({ subnetIds: [otherSubnet.id] })],
  [
    "nodes that reach nothing",
    /NodeCreationFailure: Instances failed to join .* no route to the internet/,
    T.nodes,
    nodes({ subnetIds: [given.bare.id] }),
  ],
  [
    "an add-on that does not exist",
    /Addon vpc-cnj specified is not supported in 1\.35 kubernetes version/,
    T.addon,
    { clusterName: "main", addonName: "vpc-cnj" },
  ],
  [
    "an add-on twice",
    /ResourceInUseException: Addon already exists\./,
    T.addon,
    { clusterName: "main", addonName: "vpc-cni" },
  ],
  ["an add-on of no cluster", /ResourceNotFoundException/, T.addon, { clusterName: "none", addonName: "coredns" }],
  [
    "an add-on version in another form",
    /of the form v1\.2\.3-eksbuild\.4/,
    T.addon,
    { clusterName: "main", addonName: "coredns", addonVersion: "1.12" },
  ],
  [
    "add-on settings that are no JSON",
    /not in valid JSON format/,
    T.addon,
    { clusterName: "main", addonName: "coredns", configurationValues: "replicaCount: 2" },
  ],
  [
    "CoreDNS before the first node",
    /InsufficientNumberOfReplicas/,
    T.addon,
    { clusterName: "empty", addonName: "coredns" },
  ],
  [
    "an add-on with a role that pods cannot take",
    /pods\.eks\.amazonaws\.com/,
    T.addon,
    {
      clusterName: "main",
      addonName: "aws-ebs-csi-driver",
      podIdentityAssociations: [{ serviceAccount: "ebs-csi-controller-sa", roleArn: untagged.state.arn }],
    },
  ],
];

test("nodes that would never join, and add-ons that would never run, are refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("nodes before the network add-on never become ready, so the order of the program matters", async () => {
  await account.make(T.cluster, { ...clusterInputs, name: "bare" });
  const request = { ...nodeInputs, clusterName: "bare", nodeGroupName: "system" };
  assert.match(await saidTo(() => account.make(T.nodes, request)), /NodeCreationFailure.*cni plugin not initialized/);
  await account.make(T.addon, { clusterName: "bare", addonName: "vpc-cni" });
  assert.equal(await saidTo(() => account.make(T.nodes, request)), "");
});
