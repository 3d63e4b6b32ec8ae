import assert from "node:assert/strict";
import { test } from "node:test";
import { aws } from "../../../sim/clouds/aws/index.ts";
import { diffInputs } from "../../../sim/server/diff.ts";
import { Account } from "./account.ts";
import { baseline, T } from "./baseline.ts";

const given = await baseline();

test("every type of the program can be created, with each output that the SDK promises", () => {
  const created = new Set(given.account.store.all().map(({ type }) => type));
  assert.deepEqual(
    aws.services.map(({ type }) => type).filter((type) => !created.has(type)),
    [],
  );
});

test("ids and ARNs look like AWS's, so that what parses them works on the simulator too", () => {
  assert.match(given.vpc.id, /^vpc-0[0-9a-f]{16}$/);
  assert.equal(given.vpc.state.arn, `arn:aws:ec2:us-east-1:123456789012:vpc/${given.vpc.id}`);
  assert.equal(given.operators.state.arn, "arn:aws:iam::123456789012:role/operators");
  assert.equal(given.bucket.state.arn, "arn:aws:s3:::novacron-artifacts");
  assert.match(String(given.key.state.arn), /^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/);
  assert.match(
    String(given.secret.id),
    /^arn:aws:secretsmanager:us-east-1:123456789012:secret:main\/federation-[0-9a-f]{6}$/,
  );
  assert.match(String(given.cluster.state.endpoint), /^https:\/\/[0-9A-F]{32}\.gr7\.us-east-1\.eks\.amazonaws\.com$/);
  assert.equal(given.subnetA.state.availabilityZoneId, "use1-az1");
});

test("a resource without a name of its own gets one with random digits, so that two stacks share an account", async () => {
  const [one, other] = [
    await given.account.make(T.logGroup, {}, "flow"),
    await given.account.make(T.logGroup, {}, "flow"),
  ];
  assert.match(one.id, /^flow-[0-9a-f]{7}$/);
  assert.notEqual(one.id, other.id);
});

test("the same name in another region is another resource", async () => {
  const elsewhere = await given.account.make(T.vpc, { region: "eu-west-1", cidrBlock: "10.0.0.0/16" });
  assert.equal(elsewhere.state.region, "eu-west-1");
  assert.match(String(elsewhere.state.arn), /:eu-west-1:/);
});

test("the provider's tags reach every resource, a resource's own tag wins, and both follow a change", async () => {
  const account = new Account({ defaultTags: { tags: { owner: "nobody", stack: "staging" } } });
  const made = await account.make(T.eip, { tags: { owner: "platform" } });
  assert.deepEqual(made.state.tagsAll, { owner: "platform", stack: "staging" });
  const changed = await account.change(T.eip, made, { tags: { owner: "network" } });
  assert.deepEqual(changed.state.tagsAll, { owner: "network", stack: "staging" });
});

/** Changes that AWS can only make with a new resource, and neighbours that it makes in place. */
const changes: [type: string, property: string, replaces: boolean][] = [
  [T.vpc, "cidrBlock", true],
  [T.vpc, "enableDnsHostnames", false],
  [T.vpc, "region", true],
  [T.subnet, "availabilityZone", true],
  [T.subnet, "mapPublicIpOnLaunch", false],
  [T.nat, "subnetId", true],
  [T.route, "natGatewayId", false],
  [T.route, "destinationCidrBlock", true],
  [T.group, "description", true],
  [T.ingress, "fromPort", false],
  [T.ingress, "securityGroupId", true],
  [T.endpoint, "subnetIds", false],
  [T.endpoint, "serviceName", true],
  [T.flowLog, "maxAggregationInterval", true],
  [T.template, "metadataOptions.httpTokens", false],
  [T.transit, "amazonSideAsn", false],
  [T.attachment, "subnetIds", false],
  [T.attachment, "vpcId", true],
  [T.customer, "ipAddress", true],
  [T.vpn, "tunnel1InsideCidr", true],
  [T.vpn, "tunnel1PresharedKey", false],
  [T.vpn, "customerGatewayId", false],
  [T.cluster, "version", false],
  [T.cluster, "vpcConfig.subnetIds", false],
  [T.cluster, "kubernetesNetworkConfig.serviceIpv4Cidr", true],
  [T.cluster, "encryptionConfig.provider.keyArn", true],
  [T.cluster, "accessConfig.authenticationMode", false],
  [T.nodes, "instanceTypes", true],
  [T.nodes, "scalingConfig.maxSize", false],
  [T.nodes, "launchTemplate.version", false],
  [T.addon, "addonVersion", false],
  [T.role, "assumeRolePolicy", false],
  [T.role, "path", true],
  [T.key, "enableKeyRotation", false],
  [T.key, "keyUsage", true],
  [T.logGroup, "retentionInDays", false],
  [T.bucket, "bucket", true],
  [T.bucketPolicy, "policy", false],
  [T.secret, "description", false],
  [T.zone, "name", true],
  [T.record, "ttl", false],
  [T.record, "name", true],
  [T.healthCheck, "requestInterval", true],
  [T.healthCheck, "failureThreshold", false],
];

test("a preview says whether a change keeps a resource or replaces it", async (t) => {
  for (const [type, property, replaces] of changes) {
    await t.test(`${type} ${property}: ${replaces ? "replaced" : "changed in place"}`, () => {
      const { behaviour } = aws.services.find((service) => service.type === type) ?? assert.fail(type);
      const set = (value: string) =>
        property.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
      const found = diffInputs(set("before"), set("after"), behaviour.replaceOn);
      assert.deepEqual(
        found.map(({ replace }) => replace),
        [replaces],
      );
    });
  }
});
