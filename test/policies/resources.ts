import { createRequire } from "node:module";
import type { Properties } from "../../policies/rule.ts";

export interface Example {
  type: string;
  properties: Properties;
}

const tags = { project: "novacron", stack: "test", region: "aws-use1", owner: "platform", "cost-center": "cc-1" };
const key = "arn:aws:kms:us-east-1:000000000000:key/1";

/** One resource of each kind that a rule is about, as it should be. Firewalls show everything that is allowed: the region, a peer, HTTPS for all. */
export const good: readonly Example[] = [
  { type: "aws:cloudwatch/logGroup:LogGroup", properties: { kmsKeyId: key, tags } },
  { type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", properties: { vpcId: "vpc-1", tags } },
  {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    properties: { blockDeviceMappings: [{ ebs: { encrypted: "true", kmsKeyId: key } }], tags },
  },
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    properties: {
      ingress: [
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] },
        { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["10.0.0.0/15"] },
      ],
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      tags,
    },
  },
  {
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    properties: { type: "ingress", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] },
  },
  {
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    properties: { type: "egress", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    properties: { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0", tags },
  },
  {
    type: "aws:eks/cluster:Cluster",
    properties: {
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/28"] },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: { provider: { keyArn: key }, resources: ["secrets"] },
      tags,
    },
  },
  {
    type: "aws:eks/nodeGroup:NodeGroup",
    properties: { launchTemplate: { id: "lt-1", version: "1" }, labels: { "novacron.io/pool": "system" }, tags },
  },
  { type: "aws:s3/bucket:Bucket", properties: { bucket: "artefacts", tags } },
  {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    properties: {
      policy: JSON.stringify({
        Statement: [
          { Effect: "Deny", Principal: "*", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
          { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "s3:GetObject" },
        ],
      }),
    },
  },
  {
    type: "aws:s3/bucketAcl:BucketAcl",
    properties: { acl: "private", accessControlPolicy: { grants: [{ grantee: { uri: "http://acs/LogDelivery" } }] } },
  },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    properties: {
      bucket: "artefacts",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    properties: {
      bucket: "artefacts",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key } }],
    },
  },
  { type: "aws:secretsmanager/secret:Secret", properties: { kmsKeyId: key, tags } },
  {
    type: "azure-native:containerservice:ManagedCluster",
    properties: {
      disableLocalAccounts: true,
      enableRBAC: true,
      aadProfile: { managed: true },
      diskEncryptionSetID: "/subscriptions/1/diskEncryptionSets/1",
      securityProfile: { azureKeyVaultKms: { enabled: true, keyId: "https://vault/keys/1" } },
      apiServerAccessProfile: { enablePrivateCluster: false, authorizedIPRanges: ["203.0.113.7"] },
      agentPoolProfiles: [{ enableEncryptionAtHost: true }],
      tags,
    },
  },
  { type: "azure-native:containerservice:AgentPool", properties: { enableEncryptionAtHost: true, tags } },
  {
    type: "azure-native:network:NetworkSecurityGroup",
    properties: {
      securityRules: [
        {
          direction: "Inbound",
          access: "Allow",
          protocol: "Tcp",
          sourceAddressPrefix: "Internet",
          destinationPortRange: "443",
        },
        {
          direction: "Inbound",
          access: "Deny",
          protocol: "*",
          sourceAddressPrefix: "*",
          destinationPortRange: "*",
        },
        {
          direction: "Outbound",
          access: "Allow",
          protocol: "*",
          sourceAddressPrefix: "*",
          destinationPortRange: "*",
        },
      ],
      tags,
    },
  },
  {
    type: "azure-native:network:SecurityRule",
    properties: {
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefixes: ["0.0.0.0/0"],
      destinationPortRanges: ["443"],
    },
  },
  { type: "azure-native:storage:BlobContainer", properties: { publicAccess: "None" } },
  {
    type: "azure-native:storage:StorageAccount",
    properties: {
      allowBlobPublicAccess: false,
      publicNetworkAccess: "Disabled",
      networkRuleSet: { defaultAction: "Deny" },
      encryption: { keySource: "Microsoft.Keyvault", keyVaultProperties: { keyName: "storage" } },
      tags,
    },
  },
  {
    type: "gcp:compute/firewall:Firewall",
    properties: {
      direction: "INGRESS",
      allows: [{ protocol: "tcp", ports: ["443"] }],
      sourceRanges: ["0.0.0.0/0"],
    },
  },
  {
    type: "gcp:compute/firewall:Firewall",
    properties: { direction: "INGRESS", denies: [{ protocol: "all" }], sourceRanges: ["0.0.0.0/0"] },
  },
  { type: "gcp:compute/firewall:Firewall", properties: { allows: [{ protocol: "tcp" }], sourceTags: ["bastion"] } },
  {
    type: "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    properties: {
      direction: "INGRESS",
      action: "allow",
      match: { srcIpRanges: ["0.0.0.0/0"], layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }] },
    },
  },
  {
    type: "gcp:container/cluster:Cluster",
    properties: {
      databaseEncryption: { state: "ENCRYPTED", keyName: "projects/p/keys/1" },
      nodeConfig: { bootDiskKmsKey: "projects/p/keys/1" },
      enableLegacyAbac: false,
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      privateClusterConfig: { enablePrivateEndpoint: false },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [{ cidrBlock: "203.0.113.0/28" }, { cidrBlock: "10.0.0.0/8" }],
        gcpPublicCidrsAccessEnabled: false,
      },
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
      resourceLabels: tags,
    },
  },
  {
    type: "gcp:container/nodePool:NodePool",
    properties: { nodeConfig: { bootDiskKmsKey: "projects/p/keys/1", resourceLabels: tags } },
  },
  {
    type: "gcp:secretmanager/secret:Secret",
    properties: {
      replication: { userManaged: { replicas: [{ customerManagedEncryption: { kmsKeyName: "projects/p/keys/1" } }] } },
      labels: tags,
    },
  },
  {
    type: "gcp:storage/bucket:Bucket",
    properties: {
      encryption: { defaultKmsKeyName: "projects/p/keys/1" },
      publicAccessPrevention: "enforced",
      uniformBucketLevelAccess: true,
      labels: tags,
    },
  },
  { type: "gcp:storage/bucketIAMMember:BucketIAMMember", properties: { member: "serviceAccount:a@p.example" } },
  {
    type: "gcp:storage/bucketIAMBinding:BucketIAMBinding",
    properties: { members: ["serviceAccount:a@p.example", "group:b@p.example"] },
  },
];

/** The first good example of a type. */
export function goodOne(type: string): Properties {
  const example = good.find((each) => each.type === type);
  if (example === undefined) throw new Error(`test/policies/resources.ts has no good example of ${type}: add one`);
  return example.properties;
}

/** A copy with one place changed, such as `rules[0].kmsMasterKeyId`; `undefined` takes the property away. */
export function changed(properties: Properties, place: string, value: unknown): Properties {
  const copy = structuredClone(properties) as Record<string, unknown>;
  const keys = place.split(/[.[\]]+/).filter((part) => part !== "");
  const last = keys.pop() ?? "";
  let holder = copy;
  for (const each of keys) {
    holder[each] ??= {};
    holder = holder[each] as Record<string, unknown>;
  }
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** What the engine sends in a preview for text that it does not know yet. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties as a policy gets them, by the SDK's own hand: reading an unknown one throws. The SDK exports this without its type. */
export const asPolicySees = (
  createRequire(import.meta.url)("@pulumi/policy") as { unknownCheckingProxy: (properties: Properties) => Properties }
).unknownCheckingProxy;
