/** The clouds that a region can stand in. */
export type Cloud = "aws" | "azure" | "gcp";

/** An IPv4 range in prefix notation, such as `10.32.0.0/15`. */
export type Cidr = string;

/** The ranges of one region. Every range is a fixed part of the region's own range, so none moves when zones or regions come or go. */
export interface AddressPlan {
  /** The region's whole range, a /15. */
  region: Cidr;
  /** The VPC or VNet: the lower /16 of the region's range (a VPC on AWS is a /16 at most). */
  network: Cidr;
  /** Pods, where the cloud gives them a range of their own (GKE secondary range, AKS overlay). */
  pods: Cidr;
  /** Cluster IPs. Outside `network`, as EKS demands. */
  services: Cidr;
  /** Load balancers and NAT gateways. */
  public: TierPlan;
  /** Nodes. */
  private: TierPlan;
  /** Private endpoints and gateway attachments: no route to the internet. */
  intra: TierPlan;
  /** The load balancer by which other regions reach this one, and nothing else: so nobody takes its addresses before it does. */
  wan: TierPlan;
  /** The subnet that a VPN gateway needs for itself (Azure `GatewaySubnet`), a /24. */
  gateway: Cidr;
  /** The control plane's own range (GKE private clusters), a /28. */
  controlPlane: Cidr;
}

/** A tier of subnets: one range for clouds with regional subnets, and its fixed part for each zone where subnets are zonal (AWS). */
export interface TierPlan {
  range: Cidr;
  zones: Record<string, Cidr>;
}

/** A group of nodes with one machine type, spread over all zones of its region. */
export interface NodePoolPlan {
  name: "system" | "workload" | "inference";
  machineType: string;
  /** Nodes over all zones together: by default at least one for each zone, which the system pool always has. */
  minSize: number;
  maxSize: number;
  diskGiB: number;
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: "NoSchedule" }[];
}

/** Who reaches the cluster's API: listed public ranges, or nobody from outside and `via` tells operators the way in. */
export type AccessPlan = { operatorCidrs: Cidr[] } | { via: "bastion" | "vpn" | "runner" };

interface RegionFacts {
  /** Short and stable, such as `aws-use1`; the prefix of every resource name in the region. */
  name: string;
  /** The region's number for life (0–31): ranges, ASN and tunnel addresses follow from it. */
  number: number;
  /** The cloud's own name of the place, such as `us-east-1`. */
  location: string;
  /** The cloud's own zone names: `us-east-1a`, `1`, `asia-south1-a`. */
  zones: string[];
  addresses: AddressPlan;
  /** BGP autonomous system number of the region's gateway, unique over the stack. */
  asn: number;
  /** Every other region: one route and one firewall rule each, so that a new region changes no existing rule. */
  peers: { region: string; number: number; cidr: Cidr }[];
  access: AccessPlan;
  /** Where private subnets reach the internet. `single` costs one gateway and loses egress with its zone. */
  nat: "none" | "single" | "per-zone";
  /** Pod networking: `cilium` is AKS's Cilium and GKE's Dataplane V2; `standard` leaves Chaos Mesh's network faults working. */
  dataPlane: "standard" | "cilium";
  kubernetesVersion: string;
  nodePools: NodePoolPlan[];
  /** Days that flow and audit logs are kept. */
  logDays: number;
  /** On every resource that takes tags or labels: project, stack, region, owner, cost-center. Lower case, valid on all three clouds. */
  tags: Record<string, string>;
  /** Deletion protection of everything that holds data or carries traffic. */
  protect: boolean;
  /** Name of the region's private DNS zone, such as `aws-use1.internal.staging.novacron.example`. */
  privateZone: string;
  /** Inside addresses that this region's gateway may ever use, on Azure, which must be told all of them at creation; empty on AWS and GCP. */
  reservedInsideAddresses: { peerNumber: number; interface: number; address: string }[];
}

export type AwsRegionPlan = RegionFacts & { cloud: "aws"; account: { accountId: string } };
export type AzureRegionPlan = RegionFacts & { cloud: "azure"; account: { subscriptionId: string; tenantId: string } };
export type GcpRegionPlan = RegionFacts & { cloud: "gcp"; account: { project: string } };
export type RegionPlan = AwsRegionPlan | AzureRegionPlan | GcpRegionPlan;

/** One IPsec tunnel. Arrays of two follow the link's `ends`. */
export interface Tunnel {
  /** Unique over the stack, such as `aws-use1--azr-weu-0`; the pre-shared key is derived from it. */
  name: string;
  /** The link-local /30 inside the tunnel. */
  inside: Cidr;
  insideAddresses: [string, string];
  /** Which interface or gateway instance (0 or 1) carries it at each end. On AWS: the VPN connection. */
  interfaces: [number, number];
}

/** A link between regions of different clouds: IPsec tunnels with BGP. */
export interface VpnLink {
  kind: "vpn";
  /** Such as `aws-use1--azr-weu`. */
  name: string;
  /** In the order aws, gcp, azure: an AWS end, which learns its outside addresses only when it connects, comes first. */
  ends: [LinkEnd, LinkEnd];
  tunnels: Tunnel[];
}

export interface LinkEnd {
  region: string;
  cloud: Cloud;
  asn: number;
  cidr: Cidr;
}

/** A link between regions of one cloud: its native peering, requested by the first end. */
export interface PeeringLink {
  kind: "peering";
  name: string;
  ends: [LinkEnd, LinkEnd];
}

export type Link = VpnLink | PeeringLink;
