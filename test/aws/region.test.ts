import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, type Output, output, secret } from "@pulumi/pulumi";
import { planLinks } from "../../infra/plan/mesh.ts";
import type { PeeringLink, VpnLink } from "../../infra/plan/topology.ts";
import type { Recorded } from "../recorded.ts";
import { build } from "./mockedRegion.ts";

const settled = <T>(value: Output<T>) =>
  new Promise<T>((resolve) => output(value).apply(resolve as (value: unknown) => void));
const { region, resources, of } = await build();
const one = (list: Recorded[]): Record<string, never> => {
  assert.equal(list.length, 1);
  return list[0]?.inputs as Record<string, never>;
};
const documentOf = (policy: unknown) => JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] };

test("every resource that takes tags says who pays for it", () => {
  const TAGLESS =
    /:(Route|RouteTableAssociation|RolePolicy|RolePolicyAttachment|AccessPolicyAssociation|Bucket(Versioning|Policy|PublicAccessBlock|OwnershipControls|ServerSideEncryptionConfiguration))$/;
  for (const { type, name, inputs } of resources) {
    if (!type.startsWith("aws:") || TAGLESS.test(type)) continue;
    assert.equal((inputs.tags as Record<string, string> | undefined)?.["cost-center"], "dwcp", `${type} ${name}`);
  }
});

test("nothing regional falls back to the provider's region, where another region's resources would land", () => {
  const GLOBAL = /^aws:(iam|route53)\//;
  for (const { type, name, inputs } of resources) {
    if (type.startsWith("aws:") && !GLOBAL.test(type)) assert.equal(inputs.region, "us-east-1", `${type} ${name}`);
  }
});

test("each zone has its four subnets, and only the private ones have a way out", () => {
  const subnets = of("Subnet");
  assert.deepEqual(subnets.map(({ inputs }) => inputs.cidrBlock).toSorted(), [
    "10.0.0.0/20",
    "10.0.128.0/22",
    "10.0.132.0/22",
    "10.0.136.0/22",
    "10.0.16.0/20",
    "10.0.160.0/22",
    "10.0.164.0/22",
    "10.0.168.0/22",
    "10.0.194.0/28",
    "10.0.194.16/28",
    "10.0.194.32/28",
    "10.0.32.0/20",
  ]);
  const ways = of("Route").filter(({ inputs }) => inputs.destinationCidrBlock === "0.0.0.0/0");
  assert.deepEqual(ways.map(({ inputs }) => inputs.routeTableId).toSorted(), [
    "aws-use1-network-private-us-east-1a-id",
    "aws-use1-network-private-us-east-1b-id",
    "aws-use1-network-private-us-east-1c-id",
    "aws-use1-network-public-id",
  ]);
});

test("losing a zone takes no other zone's egress with it, unless the stack chose one gateway", async () => {
  assert.equal(of("NatGateway").length, 3);
  assert.equal((await build({ nat: "single" })).of("NatGateway").length, 1);
  const none = await build({ nat: "none" });
  assert.equal(none.of("NatGateway").length, 0);
  assert.equal(
    none.of("RouteTable").length,
    of("RouteTable").length,
    "subnets keep their tables whatever the gateways",
  );
});

test("the default security group lets nothing through", () => {
  const { ingress, egress } = one(of("DefaultSecurityGroup"));
  assert.deepEqual([ingress, egress], [undefined, undefined]);
});

test("flow logs see every flow, encrypted and kept at least as long as the stack says", () => {
  const { trafficType } = one(of("FlowLog"));
  assert.equal(trafficType, "ALL");
  for (const { inputs } of of("LogGroup")) {
    assert.equal(inputs.retentionInDays, 120, "100 days are not on offer, 120 are the next");
    assert.equal(inputs.kmsKeyId, "arn:aws:mock:::aws-use1-keys-logs");
  }
  assert.equal(of("LogGroup").length, 3);
});

test("a cluster without operator ranges has no public API at all", () => {
  const { vpcConfig, accessConfig, encryptionConfig, enabledClusterLogTypes } = one(of("Cluster"));
  assert.deepEqual(vpcConfig, {
    subnetIds: ["a", "b", "c"].map((zone) => `aws-use1-network-intra-us-east-1${zone}-id`),
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
  });
  assert.deepEqual(accessConfig, { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false });
  assert.deepEqual(encryptionConfig, {
    provider: { keyArn: "arn:aws:mock:::aws-use1-keys-cluster" },
    resources: ["secrets"],
  });
  assert.deepEqual(enabledClusterLogTypes, ["api", "audit", "authenticator", "controllerManager", "scheduler"]);
});

test("a public API answers the listed ranges only", async () => {
  const open = await build({ access: { operatorCidrs: ["203.0.113.0/24"] } });
  const { vpcConfig } = one(open.of("Cluster")) as Record<string, Record<string, unknown>>;
  assert.equal(vpcConfig?.endpointPublicAccess, true);
  assert.equal(vpcConfig?.endpointPrivateAccess, true);
  assert.deepEqual(vpcConfig?.publicAccessCidrs, ["203.0.113.0/24"]);
});

test("the kubeconfig is secret, holds no token and assumes the operators' role", async () => {
  assert.equal(await isSecret(region.cluster.kubeconfig), true);
  const kubeconfig = JSON.parse(await settled(region.cluster.kubeconfig));
  const { user } = kubeconfig.users[0];
  assert.deepEqual(Object.keys(user), ["exec"]);
  assert.ok(user.exec.args.includes("arn:aws:mock:::aws-use1-identity-operators"));
  assert.equal(kubeconfig.clusters[0].cluster.server, "https://cluster.example");
  assert.equal(
    one(resources.filter(({ type }) => type === "pulumi:providers:kubernetes")).clusterIdentifier,
    "novacron-staging-aws-use1",
  );
});

test("volumes of pods are under the cluster's own key", async () => {
  assert.deepEqual(await settled(output(region.volumeKey)), { kmsKeyId: "arn:aws:mock:::aws-use1-keys-cluster" });
});

test("a pod cannot steal its node's credentials, and no volume is in the clear", () => {
  assert.equal(of("LaunchTemplate").length, 3);
  for (const { inputs } of of("LaunchTemplate")) {
    assert.deepEqual(inputs.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    const [{ ebs }] = inputs.blockDeviceMappings as [{ ebs: Record<string, unknown> }];
    assert.deepEqual(
      [ebs.encrypted, ebs.kmsKeyId, ebs.volumeType],
      ["true", "arn:aws:mock:::aws-use1-keys-cluster", "gp3"],
    );
  }
});

test("every node group spans all zones", () => {
  assert.deepEqual(
    of("NodeGroup").map(({ name }) => name),
    ["aws-use1-nodes-system", "aws-use1-nodes-workload", "aws-use1-nodes-inference"],
  );
  for (const { inputs } of of("NodeGroup")) assert.equal((inputs.subnetIds as string[]).length, 3);
});

test("keys rotate, and administering one does not let anybody decrypt with it", () => {
  assert.equal(of("Key").length, 3);
  for (const { name, inputs } of of("Key")) {
    assert.equal(inputs.enableKeyRotation, true);
    for (const { Sid: sid, Action: action, Principal: principal, Condition: condition } of documentOf(inputs.policy)
      .Statement) {
      const actions = [action].flat() as string[];
      assert.ok(!actions.includes("kms:*"), `${name} ${sid}`);
      if (sid === "Administer")
        assert.ok(actions.every((one) => !/Decrypt|Encrypt|GenerateDataKey|CreateGrant/.test(one)));
      if (JSON.stringify(principal).includes("*"))
        assert.ok(condition !== undefined, `${name} ${sid} is open to everybody`);
    }
  }
});

test("the bucket refuses the public, plain HTTP and old TLS, and keeps every version", () => {
  const { bucket: _, region: __, ...block } = one(of("BucketPublicAccessBlock")) as Record<string, unknown>;
  assert.deepEqual(block, {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  assert.deepEqual(one(of("BucketVersioning")).versioningConfiguration, { status: "Enabled" });
  assert.deepEqual(one(of("BucketOwnershipControls")).rule, { objectOwnership: "BucketOwnerEnforced" });
  const denied = documentOf(one(of("BucketPolicy")).policy).Statement;
  assert.deepEqual(
    denied.map(({ Effect: effect, Condition: condition }) => [effect, condition]),
    [
      ["Deny", { Bool: { "aws:SecureTransport": "false" } }],
      ["Deny", { NumericLessThan: { "s3:TlsVersion": "1.3" } }],
    ],
  );
});

test("production cannot be torn down by one command, and the test environment can", async () => {
  const [shielded, open] = [await build({ protect: true }), { of }];
  const settings = (built: Pick<typeof shielded, "of">) => [
    built.of("Cluster")[0]?.inputs.deletionProtection,
    built.of("Bucket")[0]?.inputs.forceDestroy,
    built.of("Secret")[0]?.inputs.recoveryWindowInDays,
    built.of("Key")[0]?.inputs.deletionWindowInDays,
  ];
  assert.deepEqual(settings(shielded), [true, false, 30, 30]);
  assert.deepEqual(settings(open), [false, true, 0, 7]);
});

test("a new peer adds routes and rules and changes none", async () => {
  const more = await build({
    peers: [
      { region: "aws-usw2", number: 3, cidr: "10.6.0.0/15" },
      { region: "azr-weu", number: 1, cidr: "10.2.0.0/15" },
      { region: "gcp-aso1", number: 2, cidr: "10.4.0.0/15" },
    ],
  });
  const before = new Map(resources.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
  const added = more.resources.filter(({ type, name }) => !before.has(`${type} ${name}`));
  assert.deepEqual(added.map(({ name }) => name).toSorted(), [
    "aws-use1-gateway-from-aws-usw2",
    "aws-use1-gateway-to-aws-usw2-intra",
    "aws-use1-gateway-to-aws-usw2-private-us-east-1a",
    "aws-use1-gateway-to-aws-usw2-private-us-east-1b",
    "aws-use1-gateway-to-aws-usw2-private-us-east-1c",
  ]);
  for (const { type, name, inputs } of more.resources) {
    const same = before.get(`${type} ${name}`);
    if (same !== undefined) assert.deepEqual(inputs, same, `${type} ${name}`);
  }
});

const mesh = [
  { name: "aws-use1", number: 0, cloud: "aws" as const, asn: 64600, cidr: "10.0.0.0/15" },
  { name: "azr-weu", number: 1, cloud: "azure" as const, asn: 64601, cidr: "10.2.0.0/15" },
];

test("each peer interface gets a connection with two tunnels, keys secret, and nothing weaker than the one proposal", async () => {
  const [link] = planLinks(mesh) as [VpnLink];
  let outside: Output<string>[] = [];
  const built = await build({}, ({ gateway }) => {
    const keys = [0, 1, 2, 3].map((index) => secret(`key${index}`));
    outside = gateway.connect({
      link,
      side: 0,
      keys,
      remoteAddresses: ["20.0.0.1", "20.0.0.1", "20.0.0.2", "20.0.0.2"],
    });
  });
  assert.deepEqual(
    built.of("CustomerGateway").map(({ inputs }) => [inputs.ipAddress, inputs.bgpAsn]),
    [
      ["20.0.0.1", "64601"],
      ["20.0.0.2", "64601"],
    ],
  );
  const [first, second] = built.of("VpnConnection").map(({ inputs }) => inputs);
  assert.deepEqual(
    [first?.tunnel1InsideCidr, first?.tunnel2InsideCidr, second?.tunnel1InsideCidr, second?.tunnel2InsideCidr],
    link.tunnels.map(({ inside }) => inside),
  );
  // The engine's mark of a secret with this value.
  const marked = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
  assert.deepEqual([first?.tunnel1PresharedKey, second?.tunnel2PresharedKey], [marked("key0"), marked("key3")]);
  for (const number of [1, 2]) {
    assert.deepEqual(first?.[`tunnel${number}IkeVersions`], ["ikev2"]);
    assert.deepEqual(first?.[`tunnel${number}Phase1EncryptionAlgorithms`], ["AES256"]);
    assert.deepEqual(first?.[`tunnel${number}Phase1IntegrityAlgorithms`], ["SHA2-384"]);
    assert.deepEqual(first?.[`tunnel${number}Phase2EncryptionAlgorithms`], ["AES256-GCM-16"]);
    assert.deepEqual(first?.[`tunnel${number}Phase2DhGroupNumbers`], [20]);
  }
  assert.deepEqual(
    await Promise.all(outside.map(settled)),
    ["0-1", "0-2", "1-1", "1-2"].map((end) => `aws-use1-gateway-to-azr-weu-${end}`),
  );
});

test("two AWS regions are joined by one accepted peering with a route each way", async () => {
  const west = { name: "aws-usw2", number: 3, cloud: "aws" as const, asn: 64603, cidr: "10.6.0.0/15" };
  const [link] = planLinks([mesh[0] ?? west, west]) as [PeeringLink];
  const other = await build({ name: "aws-usw2", number: 3, location: "us-west-2" });
  const built = await build({}, ({ gateway }) => gateway.peer(link, other.region.gateway));
  assert.equal(one(built.of("PeeringAttachment")).peerRegion, "us-west-2");
  assert.equal(one(built.of("PeeringAttachmentAccepter")).region, "us-west-2");
  const routes = built.resources.filter(({ type }) => type === "aws:ec2transitgateway/route:Route");
  assert.deepEqual(
    routes.map(({ inputs }) => [inputs.region, inputs.destinationCidrBlock]),
    [
      ["us-east-1", "10.6.0.0/15"],
      ["us-west-2", "10.0.0.0/15"],
    ],
  );
});

test("a gateway of another cloud cannot be peered with", async () => {
  const [link] = planLinks([mesh[0], { ...mesh[0], name: "aws-usw2", number: 3 }] as Parameters<
    typeof planLinks
  >[0]) as [PeeringLink];
  const stranger = { outsideAddresses: () => undefined, connect: () => [], peer: () => {} };
  assert.throws(() => region.gateway.peer(link, stranger), /a transit gateway peers only with another one/);
});
