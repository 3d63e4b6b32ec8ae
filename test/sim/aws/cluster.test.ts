import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { arnOf, baseline, T, trusting } from "./baseline.ts";

const given = await baseline();
const { account, clusterInputs, subnetA, subnetB } = given;
const { vpcConfig } = clusterInputs;
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" });
const otherSubnet = await account.make(T.subnet, {
  vpcId: other.id,
  cidrBlock: "10.8.0.0/20",
  availabilityZone: "us-east-1d",
});
const [sameZone, zoneE] = [
  await account.make(T.subnet, { vpcId: given.vpc.id, cidrBlock: "10.0.48.0/20", availabilityZone: "us-east-1a" }),
  await account.make(T.subnet, { vpcId: given.vpc.id, cidrBlock: "10.0.64.0/20", availabilityZone: "us-east-1e" }),
];
const otherGroup = await account.make(T.group, { vpcId: other.id });
await account.make(T.cluster, { roleArn: clusterInputs.roleArn, vpcConfig, name: "old-access" });
const plainRole = await account.make(T.role, { name: "lambda", assumeRolePolicy: trusting("lambda.amazonaws.com") });

const cluster = (more: object) => ({ ...clusterInputs, name: "new", ...more });
const network = (more: object) => cluster({ vpcConfig: { ...vpcConfig, ...more } });

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  [
    "two clusters of one name",
    /ResourceInUseException: Cluster already exists with name: main/,
    T.cluster,
    cluster({ name: "main" }),
  ],
  ["a name with dots", /letters, digits, dashes and underscores/, T.cluster, cluster({ name: "a.b" })],
  [
    "a Kubernetes that EKS does not offer",
    /InvalidParameterException: unsupported Kubernetes version 1\.22/,
    T.cluster,
    cluster({ version: "1.22" }),
  ],
  [
    "a role that does not exist",
    /could not be assumed because it does not exist or the trusted entity is not correct/,
    T.cluster,
    cluster({ roleArn: "arn:aws:iam::123456789012:role/none" }),
  ],
  ["a role that trusts others", /trusted entity is not correct/, T.cluster, cluster({ roleArn: plainRole.state.arn })],
  [
    "subnets in one zone",
    /Subnets specified must be in at least two different AZs/,
    T.cluster,
    network({ subnetIds: [subnetA.id, sameZone.id] }),
  ],
  ["subnets of two VPCs", /same VPC/, T.cluster, network({ subnetIds: [subnetA.id, otherSubnet.id] })],
  [
    "a subnet that does not exist",
    /The subnet ID 'subnet-0dead' does not exist/,
    T.cluster,
    network({ subnetIds: [subnetA.id, "subnet-0dead"] }),
  ],
  [
    "a zone without control planes",
    /UnsupportedAvailabilityZoneException: .*us-east-1e, the targeted availability zone/,
    T.cluster,
    network({ subnetIds: [subnetA.id, zoneE.id] }),
  ],
  [
    "a group of another VPC",
    /are not in the same VPC as the subnets/,
    T.cluster,
    network({ securityGroupIds: [otherGroup.id] }),
  ],
  [
    "an API that nobody reaches",
    /Private and public endpoint access cannot be false/,
    T.cluster,
    network({ endpointPrivateAccess: false }),
  ],
  [
    "a private range on the public endpoint",
    /not allowed in publicAccessCidrs: \[10\.0\.0\.0\/8\]/,
    T.cluster,
    network({ endpointPublicAccess: true, publicAccessCidrs: ["10.0.0.0/8"] }),
  ],
  [
    "services inside the VPC",
    /overlaps with the VPC CIDR/,
    T.cluster,
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "10.0.128.0/20" } }),
  ],
  [
    "services in a public range",
    /must be a \/12 to \/24 within/,
    T.cluster,
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "176.22.0.0/16" } }),
  ],
  [
    "too few services",
    /must be a \/12 to \/24 within/,
    T.cluster,
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/25" } }),
  ],
  [
    "a key that does not exist",
    /keyArn in encryptionConfig provider is invalid/,
    T.cluster,
    cluster({
      encryptionConfig: { provider: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/none" }, resources: ["secrets"] },
    }),
  ],
  [
    "encryption of something else",
    /encryptionConfig\.resources to be one of \[secrets\]/,
    T.cluster,
    cluster({ encryptionConfig: { provider: { keyArn: given.key.state.arn }, resources: ["pods"] } }),
  ],
  [
    "a log that does not exist",
    /enabledClusterLogTypes to be one of/,
    T.cluster,
    cluster({ enabledClusterLogTypes: ["kubelet"] }),
  ],
  [
    "an unknown authentication mode",
    /authenticationMode to be one of/,
    T.cluster,
    cluster({ accessConfig: { authenticationMode: "IAM" } }),
  ],
  [
    "nobody in charge",
    /must be true if cluster authentication mode is set to CONFIG_MAP/,
    T.cluster,
    cluster({ accessConfig: { authenticationMode: "CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false } }),
  ],
  [
    "a misspelt nested property",
    /vpcConfig\.endpointPrivateAcces: no such property/,
    T.cluster,
    network({ endpointPrivateAcces: true }),
  ],
  [
    "an entry where entries are off",
    /authentication mode must be set to one of \[API, API_AND_CONFIG_MAP\]/,
    T.entry,
    { clusterName: "old-access", principalArn: given.operators.state.arn },
  ],
  [
    "a principal twice",
    /already in use on this cluster/,
    T.entry,
    { clusterName: "main", principalArn: given.operators.state.arn },
  ],
  [
    "a principal that does not exist",
    /The specified principalArn is invalid/,
    T.entry,
    { clusterName: "main", principalArn: "arn:aws:iam::123456789012:role/none" },
  ],
  [
    "a system group",
    /it cannot start with system:/,
    T.entry,
    { clusterName: "main", principalArn: given.podRole.state.arn, kubernetesGroups: ["system:masters"] },
  ],
  [
    "a policy for nobody",
    /principalArn could not be found/,
    T.policy,
    {
      clusterName: "main",
      principalArn: given.podRole.state.arn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "cluster" },
    },
  ],
  [
    "an access policy that does not exist",
    /policyArn parameter format is not valid/,
    T.policy,
    {
      clusterName: "main",
      principalArn: given.operators.state.arn,
      policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      accessScope: { type: "cluster" },
    },
  ],
  [
    "a namespace scope without namespaces",
    /namespaces parameter is required/,
    T.policy,
    {
      clusterName: "main",
      principalArn: given.operators.state.arn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "namespace" },
    },
  ],
  [
    "one service account with two roles",
    /ResourceInUseException: Association already exists/,
    T.podIdentity,
    {
      clusterName: "main",
      namespace: "external-secrets",
      serviceAccount: "external-secrets",
      roleArn: given.podRole.state.arn,
    },
  ],
  [
    "a role that pods cannot take",
    /must allow pods\.eks\.amazonaws\.com/,
    T.podIdentity,
    { clusterName: "main", namespace: "x", serviceAccount: "x", roleArn: plainRole.state.arn },
  ],
];

test("a cluster that EKS would not make, and access that it would not grant, are refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("a cluster moves up one minor version at a time, and never back", async () => {
  const made = await account.make(T.cluster, cluster({ name: "versions", version: "1.33" }));
  const to = (version: string) => saidTo(() => account.change(T.cluster, made, cluster({ name: "versions", version })));
  assert.match(await to("1.35"), /Unsupported Kubernetes minor version update from 1\.33 to 1\.35/);
  assert.match(await to("1.32"), /Unsupported Kubernetes minor version update/);
  assert.equal(await to("1.34"), "");
});

test("a cluster cannot go back to the config map", async () => {
  const said = await saidTo(() =>
    account.change(T.cluster, given.cluster, {
      ...clusterInputs,
      name: "main",
      accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
    }),
  );
  assert.match(said, /Unsupported authentication mode update from API to API_AND_CONFIG_MAP/);
});

test("a protected cluster, and one with nodes, cannot be deleted", async () => {
  const shielded = await account.make(T.cluster, cluster({ name: "shielded", deletionProtection: true }));
  assert.match(await saidTo(() => account.remove(T.cluster, shielded)), /deletion protection is enabled/);
  const open = await account.change(T.cluster, shielded, cluster({ name: "shielded", deletionProtection: false }));
  assert.equal(await saidTo(() => account.remove(T.cluster, open)), "");
  assert.match(
    await saidTo(() => account.remove(T.cluster, given.cluster)),
    /ResourceInUseException: Cluster has nodegroups attached/,
  );
});

test("the security group that EKS makes takes rules like any other", async () => {
  const group = (given.cluster.state.vpcConfig as { clusterSecurityGroupId: string }).clusterSecurityGroupId;
  const rule = { securityGroupId: group, ipProtocol: "-1", cidrIpv4: "10.2.0.0/15" };
  assert.equal(await saidTo(() => account.make(T.ingress, rule)), "");
  assert.match(arnOf(given.cluster), /:cluster\/main$/);
});

test("changing tags of a cluster keeps what EKS added to its network", async () => {
  const made = await account.make(T.cluster, cluster({ name: "tags" }));
  const changed = await account.change(T.cluster, made, cluster({ name: "tags", tags: { owner: "platform" } }));
  assert.deepEqual(changed.state.vpcConfig, made.state.vpcConfig);
  assert.deepEqual((changed.state.vpcConfig as { subnetIds: string[] }).subnetIds, [subnetA.id, subnetB.id]);
});
