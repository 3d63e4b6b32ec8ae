/** One change to a good resource: the rule that must refuse it, the type, the place, and what stands there instead. */
export type Mutation = [rule: string, type: string, place: string, value: unknown];

const EKS = "aws:eks/cluster:Cluster";
const AKS = "azure-native:containerservice:ManagedCluster";
const GKE = "gcp:container/cluster:Cluster";
const S3_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const S3_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const STORAGE_ACCOUNT = "azure-native:storage:StorageAccount";
const GCS = "gcp:storage/bucket:Bucket";
const SG = "aws:ec2/securityGroup:SecurityGroup";
const SG_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const SG_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const NSG = "azure-native:network:NetworkSecurityGroup";
const NSG_RULE = "azure-native:network:SecurityRule";
const FIREWALL = "gcp:compute/firewall:Firewall";
const FIREWALL_POLICY = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const allow = (principal: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...principal }] });

export const mutations: readonly Mutation[] = [
  ["ENC-001", "aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", undefined],
  ["ENC-001", "aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", ""],
  ["ENC-001", LAUNCH_TEMPLATE, "blockDeviceMappings[0].ebs.encrypted", "false"],
  ["ENC-001", LAUNCH_TEMPLATE, "blockDeviceMappings[0].ebs.kmsKeyId", undefined],
  ["ENC-001", LAUNCH_TEMPLATE, "blockDeviceMappings[1]", { ebs: { encrypted: "true" } }],
  ["ENC-001", LAUNCH_TEMPLATE, "blockDeviceMappings", undefined],
  ["ENC-001", EKS, "encryptionConfig", undefined],
  ["ENC-001", EKS, "encryptionConfig.provider.keyArn", ""],
  ["ENC-001", "aws:eks/nodeGroup:NodeGroup", "launchTemplate", undefined],
  ["ENC-001", S3_ENCRYPTION, "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", "AES256"],
  ["ENC-001", S3_ENCRYPTION, "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", undefined],
  ["ENC-001", S3_ENCRYPTION, "rules", []],
  ["ENC-001", "aws:secretsmanager/secret:Secret", "kmsKeyId", undefined],
  ["ENC-001", AKS, "diskEncryptionSetID", undefined],
  ["ENC-001", AKS, "securityProfile.azureKeyVaultKms.enabled", false],
  ["ENC-001", AKS, "securityProfile.azureKeyVaultKms", undefined],
  ["ENC-001", AKS, "agentPoolProfiles[0].enableEncryptionAtHost", false],
  ["ENC-001", "azure-native:containerservice:AgentPool", "enableEncryptionAtHost", undefined],
  ["ENC-001", STORAGE_ACCOUNT, "encryption.keySource", "Microsoft.Storage"],
  ["ENC-001", STORAGE_ACCOUNT, "encryption.keyVaultProperties", undefined],
  ["ENC-001", GKE, "databaseEncryption.state", "DECRYPTED"],
  ["ENC-001", GKE, "databaseEncryption.keyName", undefined],
  ["ENC-001", GKE, "nodeConfig.bootDiskKmsKey", undefined],
  ["ENC-001", "gcp:container/nodePool:NodePool", "nodeConfig.bootDiskKmsKey", undefined],
  ["ENC-001", "gcp:secretmanager/secret:Secret", "replication", { auto: {} }],
  ["ENC-001", GCS, "encryption", undefined],

  ["STO-001", S3_BLOCK, "blockPublicAcls", false],
  ["STO-001", S3_BLOCK, "blockPublicPolicy", false],
  ["STO-001", S3_BLOCK, "ignorePublicAcls", false],
  ["STO-001", S3_BLOCK, "restrictPublicBuckets", undefined],
  ["STO-001", STORAGE_ACCOUNT, "allowBlobPublicAccess", true],
  ["STO-001", STORAGE_ACCOUNT, "allowBlobPublicAccess", undefined],
  ["STO-001", STORAGE_ACCOUNT, "publicNetworkAccess", "Enabled"],
  ["STO-001", STORAGE_ACCOUNT, "networkRuleSet.defaultAction", "Allow"],
  ["STO-001", GCS, "publicAccessPrevention", "inherited"],
  ["STO-001", GCS, "uniformBucketLevelAccess", false],

  ["STO-002", "aws:s3/bucket:Bucket", "acl", "public-read"],
  ["STO-002", "aws:s3/bucket:Bucket", "policy", allow({ Principal: "*" })],
  ["STO-002", "aws:s3/bucketAcl:BucketAcl", "acl", "authenticated-read"],
  [
    "STO-002",
    "aws:s3/bucketAcl:BucketAcl",
    "accessControlPolicy.grants[0].grantee.uri",
    "http://acs.amazonaws.com/groups/global/AllUsers",
  ],
  ["STO-002", BUCKET_POLICY, "policy", allow({ Principal: { AWS: ["arn:aws:iam::1:root", "*"] } })],
  ["STO-002", BUCKET_POLICY, "policy", allow({ NotPrincipal: { AWS: "arn:aws:iam::1:root" } })],
  ["STO-002", BUCKET_POLICY, "policy", "not JSON"],
  ["STO-002", "azure-native:storage:BlobContainer", "publicAccess", "Blob"],
  ["STO-002", "gcp:storage/bucketIAMMember:BucketIAMMember", "member", "allUsers"],
  ["STO-002", "gcp:storage/bucketIAMBinding:BucketIAMBinding", "members[1]", "allAuthenticatedUsers"],

  ["NET-001", SG, "ingress[0].fromPort", 22],
  ["NET-001", SG, "ingress[1].cidrBlocks[0]", "0.0.0.0/0"],
  ["NET-001", SG, "ingress[1].ipv6CidrBlocks", ["::/0"]],
  [
    "NET-001",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "ingress",
    [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }],
  ],
  ["NET-001", SG_RULE, "protocol", "-1"],
  ["NET-001", SG_RULE, "fromPort", 0],
  ["NET-001", SG_RULE, "toPort", 6443],
  ["NET-001", SG_INGRESS, "ipProtocol", "-1"],
  ["NET-001", SG_INGRESS, "toPort", 3389],
  ["NET-001", NSG, "securityRules[0].destinationPortRange", "22"],
  ["NET-001", NSG, "securityRules[0].destinationPortRange", "*"],
  ["NET-001", NSG, "securityRules[1].access", "Allow"],
  ["NET-001", NSG, "securityRules[2].direction", "Inbound"],
  ["NET-001", NSG_RULE, "destinationPortRanges[1]", "8000-9000"],
  ["NET-001", NSG_RULE, "destinationPortRanges", undefined],
  ["NET-001", FIREWALL, "allows[0].ports", undefined],
  ["NET-001", FIREWALL, "allows[0].ports[0]", "9090-9093"],
  ["NET-001", FIREWALL, "allows[0]", { protocol: "all" }],
  ["NET-001", FIREWALL_POLICY, "match.layer4Configs[0].ports[0]", "3000"],
  ["NET-001", FIREWALL_POLICY, "match.layer4Configs[0]", { ipProtocol: "all" }],

  ["NET-002", SG, "ingress[0].toPort", 444],
  ["NET-002", SG_RULE, "protocol", "icmp"],
  ["NET-002", SG_INGRESS, "fromPort", 80],
  ["NET-002", NSG, "securityRules[0].destinationPortRange", "80"],
  ["NET-002", NSG_RULE, "protocol", "Icmp"],
  ["NET-002", FIREWALL, "allows[0].ports[0]", "5432"],
  ["NET-002", FIREWALL, "allows[1]", { protocol: "esp" }],
  ["NET-002", FIREWALL_POLICY, "match.layer4Configs[0].ports[0]", "80"],

  ["TAG-001", EKS, "tags.owner", undefined],
  ["TAG-001", AKS, "tags.cost-center", ""],
  ["TAG-001", GKE, "resourceLabels.region", undefined],
  ["TAG-001", GCS, "labels", undefined],
  ["TAG-001", "gcp:container/nodePool:NodePool", "nodeConfig.resourceLabels.stack", undefined],
  ["TAG-001", SG, "tags.project", undefined],

  ["K8S-001", EKS, "vpcConfig.publicAccessCidrs[0]", "0.0.0.0/0"],
  ["K8S-001", EKS, "vpcConfig.publicAccessCidrs[1]", "128.0.0.0/1"],
  ["K8S-001", EKS, "vpcConfig.publicAccessCidrs", undefined],
  ["K8S-001", EKS, "vpcConfig", {}],
  ["K8S-001", EKS, "vpcConfig.publicAccessCidrs[0]", "203.0.0.0/12"],
  ["K8S-001", AKS, "apiServerAccessProfile", undefined],
  ["K8S-001", AKS, "apiServerAccessProfile.authorizedIPRanges", []],
  ["K8S-001", GKE, "masterAuthorizedNetworksConfig.cidrBlocks", undefined],
  ["K8S-001", GKE, "masterAuthorizedNetworksConfig.cidrBlocks[0].cidrBlock", "::/0"],
  ["K8S-001", GKE, "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled", undefined],
  ["K8S-001", GKE, "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic", true],

  ["K8S-002", EKS, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"],
  ["K8S-002", EKS, "accessConfig.bootstrapClusterCreatorAdminPermissions", undefined],
  ["K8S-002", AKS, "disableLocalAccounts", undefined],
  ["K8S-002", AKS, "aadProfile", undefined],
  ["K8S-002", AKS, "enableRBAC", false],
  ["K8S-002", GKE, "enableLegacyAbac", true],
  ["K8S-002", GKE, "masterAuth.clientCertificateConfig.issueClientCertificate", true],
];
