import type { Mark } from "./model.ts";

/** What is lost, or interrupted, with a resource of a type: the first that fits. Types are those of the providers' schemas. */
const MARKS_OF: readonly [Mark, RegExp][] = [
  [
    "data",
    /^aws:(?:s3\/bucket(?:V2)?:|rds\/|dynamodb\/|efs\/fileSystem:|ebs\/volume:|secretsmanager\/secret:|backup\/|cloudwatch\/logGroup:)/,
  ],
  [
    "data",
    /^azure-native:(?:storage:(?:StorageAccount|BlobContainer|FileShare)|keyvault:(?:Secret|Vault)|compute:Disk|dbfor\w+:|sql:|documentdb:|operationalinsights:Workspace|resources:ResourceGroup)$/,
  ],
  [
    "data",
    /^gcp:(?:storage\/bucket:|sql\/|compute\/disk:|secretmanager\/secret:|filestore\/|bigquery\/|logging\/projectBucketConfig:)/,
  ],
  // A namespace takes every volume in it along, a definition every object of its kind.
  [
    "data",
    /^kubernetes:(?:core\/v1:(?:PersistentVolume(?:Claim)?|Namespace)|apps\/v1:StatefulSet|apiextensions\.k8s\.io\/v1:CustomResourceDefinition)$/,
  ],
  [
    "cluster",
    /^(?:aws:eks\/cluster:Cluster|azure-native:containerservice:ManagedCluster|gcp:container\/cluster:Cluster)$/,
  ],
  [
    "nodes",
    /^(?:aws:eks\/nodeGroup:NodeGroup|aws:ec2\/launchTemplate:LaunchTemplate|azure-native:containerservice:AgentPool|gcp:container\/nodePool:NodePool)$/,
  ],
  [
    "gateway",
    /^aws:(?:ec2transitgateway\/|ec2\/(?:vpnConnection|vpnConnectionRoute|vpnGateway|customerGateway|vpcPeeringConnection):)/,
  ],
  [
    "gateway",
    /^azure-native:network:(?:VirtualNetworkGateway(?:Connection)?|LocalNetworkGateway|VirtualNetworkPeering)$/,
  ],
  [
    "gateway",
    /^gcp:compute\/(?:haVpnGateway|externalVpnGateway|vPNTunnel|router|routerInterface|routerPeer|networkPeering):/,
  ],
  ["gateway", /^kubernetes:(?:gateway\.networking\.k8s\.io\/\w+:Gateway|traefik\.io\/v1alpha1:TLSOption)$/],
  ["key", /^(?:aws:kms\/|gcp:kms\/(?:cryptoKey|keyRing):)/],
  ["key", /^azure-native:(?:keyvault:Key|compute:DiskEncryptionSet)$/],
  ["identity", /^(?:aws:iam\/|aws:eks\/(?:access|podIdentity)|aws:s3\/bucketPolicy:)/],
  ["identity", /^azure-native:(?:authorization|managedidentity):/],
  [
    "identity",
    /^gcp:(?:serviceaccount\/|\w+\/(?:iam|iAM)\w*:|kms\/\w+IAM\w+:|projects\/(?:iAM\w+|serviceIdentity):|storage\/bucketIAM)/,
  ],
  [
    "identity",
    /^kubernetes:(?:rbac\.authorization\.k8s\.io\/v1:\w+|core\/v1:(?:ServiceAccount|Secret)|external-secrets\.io\/\w+:\w+|cert-manager\.io\/v1:\w+)$/,
  ],
  ["network", /^aws:(?:ec2\/|vpc\/|route53\/|lb\/)/],
  ["network", /^azure-native:(?:network|privatedns|dns):/],
  ["network", /^gcp:(?:compute|dns)\//],
  ["network", /^kubernetes:(?:core\/v1:Service|traefik\.io\/v1alpha1:\w+|networking\.k8s\.io\/v1:\w+)$/],
];

/** What a resource is to those who depend on it. */
export function marksOf(type: string): Mark[] {
  const canonical = type.replace(/^azure-native(?:_\w+)?:([^:/]+)(?:\/[^:]+)?:/, "azure-native:$1:");
  const mark = MARKS_OF.find(([, pattern]) => pattern.test(canonical))?.[0];
  return mark === undefined ? [] : [mark];
}

const ATTACHED_TO_NODES = /^aws:ec2\/launchTemplate:/;

/** Whether other resources run on this one, so that a change of it reaches them. */
export const carriesOthers = (type: string, marks: readonly Mark[]): boolean =>
  marks.some((mark) => mark === "cluster" || mark === "nodes" || mark === "gateway") && !ATTACHED_TO_NODES.test(type);

/** The short form of a type token for people, such as `NodeGroup`. */
export const kindOf = (type: string): string => type.slice(type.lastIndexOf(":") + 1);

/** What people call resources of some types; others are called by their kind. */
const NOUNS: Record<string, string> = {
  NodeGroup: "node pool",
  NodePool: "node pool",
  AgentPool: "node pool",
  ManagedCluster: "cluster",
  Cluster: "cluster",
  Bucket: "bucket",
  StorageAccount: "storage account",
  Vpc: "network",
  VirtualNetwork: "network",
  Network: "network",
  Subnetwork: "subnet",
  Subnet: "subnet",
  VpnConnection: "VPN connection",
  VPNTunnel: "VPN tunnel",
  VirtualNetworkGatewayConnection: "VPN connection",
  VirtualNetworkGateway: "VPN gateway",
  HaVpnGateway: "VPN gateway",
  TransitGateway: "transit gateway",
  Key: "key",
  CryptoKey: "key",
  LogGroup: "log group",
  Vault: "key vault",
  StatefulSet: "stateful set",
  Namespace: "namespace",
  RouterInterface: "router interface",
  RouterPeer: "BGP peer",
  SecurityGroupIngressRule: "firewall rule",
  SecurityGroupEgressRule: "firewall rule",
  SecurityRule: "firewall rule",
  Firewall: "firewall rule",
};

export const nounOf = (type: string): string =>
  type.startsWith("pulumi:providers:") ? "provider" : (NOUNS[kindOf(type)] ?? kindOf(type));
