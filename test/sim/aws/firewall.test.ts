import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { baseline, T } from "./baseline.ts";

const given = await baseline();
const { account, vpc, subnetA, subnetB } = given;
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" });
const otherSubnet = await account.make(T.subnet, { vpcId: other.id, cidrBlock: "10.8.0.0/20" });

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  [
    "a rule twice inside of its group",
    /The same permission must not appear multiple times/,
    T.group,
    {
      vpcId: vpc.id,
      ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8", "10.0.0.0/8"] }],
    },
  ],
  [
    "two groups of one name",
    /InvalidGroup\.Duplicate: The security group 'apis' already exists for VPC/,
    T.group,
    { vpcId: vpc.id, name: "apis" },
  ],
  ["a group named like an id", /not beginning with sg-/, T.group, { vpcId: vpc.id, name: "sg-mine" }],
  [
    "a group described beyond ASCII",
    /doesn't comply with restrictions/,
    T.group,
    { vpcId: vpc.id, description: "Gruppe für Knoten" },
  ],
  ["a rule of no group", /InvalidGroup\.NotFound/, T.ingress, { ...given.https, securityGroupId: "sg-0dead" }],
  ["the same rule twice", /InvalidPermission\.Duplicate/, T.ingress, given.https],
  [
    "a rule without a peer",
    /MissingParameter/,
    T.ingress,
    { securityGroupId: given.group.id, ipProtocol: "tcp", fromPort: 1, toPort: 1 },
  ],
  ["a rule with two peers", /only one of/, T.ingress, { ...given.https, referencedSecurityGroupId: given.group.id }],
  [
    "a TCP rule without ports",
    /Must specify both from and to ports/,
    T.ingress,
    { securityGroupId: given.group.id, ipProtocol: "tcp", cidrIpv4: "10.9.0.0/16" },
  ],
  ["ports in the wrong order", /Invalid TCP\/UDP port range \(443:80\)/, T.ingress, { ...given.https, toPort: 80 }],
  ["a port beyond 65535", /range \(-1 - 65535\)/, T.ingress, { ...given.https, toPort: 70_000 }],
  [
    "all protocols with ports",
    /may not specify all protocols and specific ports/,
    T.ingress,
    { ...given.https, ipProtocol: "-1" },
  ],
  ["an unknown protocol", /Unknown protocol/, T.ingress, { ...given.https, ipProtocol: "tpc" }],
  [
    "a rule range with host bits",
    /not a valid IPv4 CIDR block/,
    T.ingress,
    { ...given.https, cidrIpv4: "10.0.1.0/16" },
  ],
  [
    "an endpoint for no service",
    /InvalidServiceName: The Vpc Endpoint Service 'com\.amazonaws\.us-east-1\.ecr-dkr' does not exist/,
    T.endpoint,
    { vpcId: vpc.id, serviceName: "com.amazonaws.us-east-1.ecr-dkr", vpcEndpointType: "Interface" },
  ],
  [
    "an endpoint for another region's service",
    /InvalidServiceName/,
    T.endpoint,
    { vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.sts", vpcEndpointType: "Interface" },
  ],
  [
    "a gateway endpoint for a service without one",
    /does not match available service types/,
    T.endpoint,
    { vpcId: vpc.id, serviceName: "com.amazonaws.us-east-1.kms" },
  ],
  [
    "an endpoint twice in a zone",
    /DuplicateSubnetsInSameZone/,
    T.endpoint,
    {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.us-east-1.kms",
      vpcEndpointType: "Interface",
      subnetIds: [subnetA.id, subnetA.id],
    },
  ],
  [
    "a second endpoint with private DNS",
    /already a conflicting DNS domain for sts\.us-east-1/,
    T.endpoint,
    {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.us-east-1.sts",
      vpcEndpointType: "Interface",
      subnetIds: [subnetB.id],
      privateDnsEnabled: true,
    },
  ],
  [
    "private DNS in a VPC without it",
    /enableDnsSupport and enableDnsHostnames/,
    T.endpoint,
    {
      vpcId: other.id,
      serviceName: "com.amazonaws.us-east-1.sts",
      vpcEndpointType: "Interface",
      subnetIds: [otherSubnet.id],
      privateDnsEnabled: true,
    },
  ],
  [
    "flow logs of no VPC",
    /InvalidVpcId\.NotFound/,
    T.flowLog,
    {
      vpcId: "vpc-0dead",
      trafficType: "ALL",
      logDestination: given.logs.state.arn,
      iamRoleArn: given.flowRole.state.arn,
    },
  ],
  ["flow logs of nothing", /MissingParameter/, T.flowLog, { trafficType: "ALL", logDestination: given.logs.state.arn }],
  [
    "flow logs without a kind of traffic",
    /parameter trafficType/,
    T.flowLog,
    { vpcId: other.id, logDestination: given.logs.state.arn, iamRoleArn: given.flowRole.state.arn },
  ],
  [
    "flow logs without a role",
    /DeliverLogsPermissionArn/,
    T.flowLog,
    { vpcId: other.id, trafficType: "ALL", logDestination: given.logs.state.arn },
  ],
  [
    "flow logs at an odd interval",
    /maxAggregationInterval to be one of \[60, 600\]/,
    T.flowLog,
    { vpcId: other.id, trafficType: "ALL", maxAggregationInterval: 30 },
  ],
  [
    "the same flow logs twice",
    /FlowLogAlreadyExists/,
    T.flowLog,
    { vpcId: vpc.id, trafficType: "ALL", logDestination: given.logs.state.arn, iamRoleArn: given.flowRole.state.arn },
  ],
  ["a taken template name", /InvalidLaunchTemplateName\.AlreadyExistsException/, T.template, { name: "nodes" }],
  ["a template name with spaces", /InvalidLaunchTemplateName\.Malformed/, T.template, { name: "my nodes" }],
  [
    "metadata too many hops away",
    /httpPutResponseHopLimit to be in the range \(1 - 64\)/,
    T.template,
    { metadataOptions: { httpPutResponseHopLimit: 65 } },
  ],
  [
    "tokens neither optional nor required",
    /httpTokens to be one of/,
    T.template,
    { metadataOptions: { httpTokens: "enforced" } },
  ],
  [
    "a key for a volume in the clear",
    /InvalidParameterDependency/,
    T.template,
    { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { kmsKeyId: given.key.state.arn } }] },
  ],
  [
    "an unknown kind of volume",
    /volumeType to be one of/,
    T.template,
    { blockDeviceMappings: [{ ebs: { volumeType: "gp4" } }] },
  ],
  ["user data that is no base64", /InvalidUserData\.Malformed/, T.template, { userData: "#!/bin/bash" }],
];

test("rules, endpoints and templates that EC2 would not take are refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("a new version of a launch template becomes the default only where the program asks for it", async () => {
  const before = await account.make(T.template, { name: "versions", updateDefaultVersion: true });
  const after = await account.change(T.template, before, {
    name: "versions",
    updateDefaultVersion: true,
    ebsOptimized: "true",
  });
  assert.deepEqual([after.state.latestVersion, after.state.defaultVersion], [2, 2]);
});
