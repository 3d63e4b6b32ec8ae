import assert from "node:assert/strict";
import { test } from "node:test";
import type { PropertyChange } from "../../ops/review/model.ts";
import { loweringsIn } from "../../ops/review/protections.ts";
import { reviewed, step, update, urnOf } from "./engineEvents.ts";

const judged = (...changes: PropertyChange[]) => [...new Set(loweringsIn(changes).map((lowering) => lowering.class))];

for (const [path, from, to, expected] of [
  ["deletionProtection", "true", "false", "lower-protection"],
  ["deletionProtection", "false", "true", undefined],
  ["(protect)", "true", "false", "lower-protection"],
  ["forceDestroy", "false", "true", "lower-protection"],
  ["bypassPolicyLockoutSafetyCheck", "false", "true", "lower-protection"],
  ["bypassPolicyLockoutSafetyCheck", "true", "false", undefined],
  ["versioningConfiguration.status", "Enabled", "Suspended", "lower-protection"],
  ["versioning.enabled", "true", "false", "lower-protection"],
  ["isVersioningEnabled", "true", "false", "lower-protection"],
  ["retentionInDays", "90", "30", "lower-protection"],
  ["retentionInDays", "90", "365", undefined],
  ["softDeletePolicy.retentionDurationSeconds", "604800", "0", "lower-protection"],
  ["deleteRetentionPolicy.days", "30", "7", "lower-protection"],
  ["deleteRetentionPolicy.days", "7", "30", undefined],
  ["destroyScheduledDuration", "2592000s", "86400s", "lower-protection"],
  ["rotationPeriod", "7776000s", "31536000s", "lower-protection"],
  ["rotationPeriod", "31536000s", "7776000s", undefined],
  ["properties.enableSoftDelete", "true", "false", "lower-protection"],
  ["databaseEncryption.state", "ENCRYPTED", "DECRYPTED", "lower-protection"],
  ["networkPolicy.enabled", "true", "false", "lower-protection"],
  ["enableEncryptionAtHost", "true", "false", "lower-protection"],
  ["securityProfile.enableVTPM", "true", "false", "lower-protection"],
  ["aadProfile.enableAzureRBAC", "true", "false", "lower-protection"],
  ["enableRBAC", "true", "false", "lower-protection"],
  ["features.disableLocalAuth", "true", "false", "lower-protection"],
  ["apiServerAccessProfile.disableRunCommand", "true", "false", "lower-protection"],
  ["properties.minimumTlsVersion", "TLS1_3", "TLS1_2", "lower-protection"],
  ["minimumTlsVersion", "TLS1_2", "TLS1_3", undefined],
  ["spec.minVersion", "VersionTLS13", "VersionTLS12", "lower-protection"],
  ["spec.minVersion", "VersionTLS12", "VersionTLS13", undefined],
  ['metadata.labels["pod-security.kubernetes.io/enforce"]', "restricted", "privileged", "lower-protection"],
  ["policy → Statement[1].Effect", "Deny", "Allow", "lower-protection"],
  ["blockPublicAcls", "true", "false", "widen-access"],
  ["privateClusterConfig.privateEndpointEnforcementEnabled", "true", "false", "widen-access"],
  ["networkAcls.defaultAction", "Deny", "Allow", "widen-access"],
  ["networkAcls.defaultAction", "Allow", "Deny", undefined],
  ["publicAccess", "None", "Blob", "widen-access"],
  ["publicNetworkAccess", "Disabled", "Enabled", "widen-access"],
  ["vpcConfig.endpointPublicAccess", "false", "true", "widen-access"],
  ["cidrIpv4", "10.16.0.0/15", "0.0.0.0/0", "widen-access"],
  ["vpcConfig.publicAccessCidrs[0]", "203.0.113.0/28", "203.0.113.0/24", "widen-access"],
  ["vpcConfig.publicAccessCidrs[0]", "203.0.113.0/24", "203.0.113.0/28", undefined],
  ["sourceRanges[0]", "10.0.0.0/8", "10.1.0.0/16", undefined],
  ["sourcePortRange", "443", "*", undefined],
  ["member", "serviceAccount:a@b", "allUsers", "widen-access"],
  ["policy → Statement[0].Action", "s3:GetObject", "s3:*", "widen-access"],
  ["policy → Statement[0].Resource", "arn:aws:s3:::a/*", "*", "widen-access"],
  ["desiredSize", "3", "2", undefined],
] as const) {
  test(`${path} from ${from} to ${to} is ${expected ?? "no danger"}`, () => {
    assert.deepEqual(judged({ path, change: "changed", from, to }), expected === undefined ? [] : [expected]);
  });
}

for (const [path, from, expected] of [
  ["kmsKeyId", "arn:aws:kms:key", "lower-protection"],
  ["rotationPeriod", "7776000s", "lower-protection"],
  ["deletionProtection", "true", "lower-protection"],
  ["deletionProtection", "false", undefined],
  ["blockPublicAcls", "true", "widen-access"],
  ["vpcConfig.endpointPublicAccess", "false", "widen-access"],
  ["publicNetworkAccess", "Disabled", "widen-access"],
  ["networkAcls.defaultAction", "Deny", "widen-access"],
  ["publicAccess", "Blob", undefined],
  ["minimumTlsVersion", "TLS1_2", "lower-protection"],
  ["enabledClusterLogTypes[1]", "audit", "lower-protection"],
  ["policy → Statement[1].Effect", "Deny", "lower-protection"],
  ["policy → Statement[1].Effect", "Allow", undefined],
  ["policy → Statement[1]", '{"Effect":"Deny","Action":"s3:*","Principal":"*"}', "lower-protection"],
  ["policy → Statement[1]", '{"Effect":"Allow","Action":"s3:*","Principal":"*"}', undefined],
  ["shieldedInstanceConfig", '{"enableIntegrityMonitoring":true,"enableSecureBoot":true}', "lower-protection"],
  ["versioning", '{"enabled":true}', "lower-protection"],
  ["versioning", '{"enabled":false}', undefined],
  ["encryptionConfig", '{"provider":{"keyArn":"arn:aws:kms:key"},"resources":["secrets"]}', "lower-protection"],
  ["databaseEncryption", '{"keyName":"k","state":"ENCRYPTED"}', "lower-protection"],
  ["ingress[1]", '{"cidrBlocks":["0.0.0.0/0"]}', undefined],
  ["note", "[not JSON", undefined],
] as const) {
  test(`${path} that is taken away with ${from} is ${expected ?? "no danger"}`, () => {
    assert.deepEqual(judged({ path, change: "removed", from }), expected === undefined ? [] : [expected]);
  });
}

for (const [path, to, expected] of [
  ["policy → Statement[1]", '{"Effect":"Allow","Action":"*","Resource":"*"}', "widen-access"],
  ["policy → Statement[1]", '{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}', undefined],
  ["policy → Statement[1]", '{"Effect":"Deny","Action":"s3:*","Principal":"*"}', undefined],
  ["ingress[1]", '{"cidrBlocks":["0.0.0.0/0"],"fromPort":22}', "widen-access"],
  ["ingress[1]", '{"cidrBlocks":["10.0.0.0/8"],"fromPort":22}', undefined],
  ["publicAccess", "Container", "widen-access"],
  ["versioning", '{"enabled":true}', undefined],
] as const) {
  test(`${path} that is new with ${to} is ${expected ?? "no danger"}`, () => {
    assert.deepEqual(judged({ path, change: "added", to }), expected === undefined ? [] : [expected]);
  });
}

test("a longer statement that denies comes in parts, and lets nobody in either", () => {
  const parts = (effect: string) =>
    [
      ["Effect", effect],
      ["Action", "s3:*"],
      ["Principal", "*"],
    ].map(([name, to = ""]): PropertyChange => ({ path: `policy → Statement[2].${name}`, change: "added", to }));
  assert.deepEqual(judged(...parts("Deny")), []);
  assert.deepEqual(judged(...parts("Allow")), ["widen-access"]);
});

test("another key of the customer's own is no protection less", () => {
  assert.deepEqual(judged({ path: "kmsKeyId", change: "changed", from: "arn:aws:kms:a", to: "arn:aws:kms:b" }), []);
});

const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const policyChange = (before: object[], after: object[]) =>
  reviewed([update(POLICY, "aws-use1-a", { spec: { ingress: before } }, { spec: { ingress: after } })]).dangers.map(
    (danger) => [danger.class, danger.properties.map(({ path }) => path)],
  );
const peer = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });

test("a network policy that names no source any more lets everybody in; one source or rule less does not", () => {
  const [dwcp, edge] = [peer("dwcp"), peer("edge-with-a-name-so-long-that-the-rule-is-told-in-parts")];
  const ports = [{ port: 7443 }];
  const both = { from: [dwcp, edge], ports };
  assert.deepEqual(policyChange([both], [{ ports }]), [["widen-access", ["spec.ingress[0].from"]]]);
  assert.deepEqual(policyChange([both], [both, { ports }]), [["widen-access", ["spec.ingress[1]"]]]);
  assert.deepEqual(policyChange([both], [{ from: [dwcp], ports }]), []);
  assert.deepEqual(policyChange([both, { from: [edge], ports }], [both]), []);
  assert.deepEqual(policyChange([{ ports }, both], [both, { ports }]), []);
});

const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const FIREWALL = "gcp:compute/firewall:Firewall";
const AZURE_RULE = "azure-native:network:SecurityRule";
const MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember";

test("a new rule for everybody widens access, unless its region is new too", () => {
  const made = (type: string, inputs: Record<string, unknown>, region = "aws-use1") => {
    const exists = { urn: urnOf("aws:sns/topic:Topic", "aws-use1-topic"), type: "aws:sns/topic:Topic", custom: true };
    const { dangers } = reviewed([step("create", type, `${region}-x`, { new: { inputs } })], [exists]);
    return dangers.map((danger) => [danger.class, danger.properties.map(({ path, to }) => `${path} ${to}`)]);
  };
  assert.deepEqual(made(RULE, { cidrIpv4: "0.0.0.0/0" }), [["widen-access", ["cidrIpv4 0.0.0.0/0"]]]);
  assert.deepEqual(made(MEMBER, { member: "allUsers" }), [["widen-access", ["member allUsers"]]]);
  assert.deepEqual(made(FIREWALL, { sourceRanges: ["0.0.0.0/0"] }), [["widen-access", ["sourceRanges[0] 0.0.0.0/0"]]]);
  assert.deepEqual(made(RULE, { cidrIpv4: "10.16.0.0/15" }), []);
  const inbound = { access: "Allow", direction: "Inbound", sourcePortRange: "*", destinationAddressPrefix: "*" };
  assert.deepEqual(made(AZURE_RULE, { ...inbound, sourceAddressPrefix: "10.16.0.0/15" }), []);
  assert.deepEqual(made(AZURE_RULE, { ...inbound, sourceAddressPrefix: "Internet" }), [
    ["widen-access", ["sourceAddressPrefix Internet"]],
  ]);
  assert.deepEqual(made(AZURE_RULE, { ...inbound, access: "Deny", sourceAddressPrefix: "*" }), []);
  assert.deepEqual(made(FIREWALL, { sourceRanges: ["0.0.0.0/0"], denies: [{ protocol: "all" }] }), []);
  assert.deepEqual(made(FIREWALL, { destinationRanges: ["0.0.0.0/0"], direction: "EGRESS" }), []);
  assert.deepEqual(made("aws:sns/topic:Topic", { source: "*" }), []);
  assert.deepEqual(made(RULE, { cidrIpv4: "0.0.0.0/0" }, "aws-euw1"), []);
});
