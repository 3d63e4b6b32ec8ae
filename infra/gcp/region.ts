import { Address } from "@pulumi/gcp/compute/address.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";
import { wanAddresses } from "../plan/wanEntry.ts";
import type { Region, RegionAnnotations } from "../region.ts";
import { GcpCluster } from "./cluster.ts";
import { GcpDns } from "./dns.ts";
import { GcpGateway } from "./gateway.ts";
import { GcpNodeIdentity } from "./identity.ts";
import { GcpKeys } from "./keys.ts";
import { GcpLogs } from "./logs.ts";
import { GcpNetwork } from "./network.ts";
import { GcpSecrets } from "./secrets.ts";
import { GcpArtifacts } from "./storage.ts";

/**
 * A region on Google Cloud. Needs a project in which these APIs are enabled: compute, container, cloudkms, secretmanager,
 * storage, dns, logging, iam and cloudresourcemanager; and a `gcp` provider for that project.
 */
export class GcpRegion extends ComponentResource implements Region {
  readonly regionName: string;
  readonly cloud = "gcp" as const;
  readonly network: GcpNetwork;
  readonly cluster: GcpCluster;
  readonly gateway: GcpGateway;
  readonly artifacts: Output<string>;
  readonly secretStore: Output<string>;
  readonly entryAddresses: Output<string>[];
  readonly annotations: RegionAnnotations;
  readonly volumeKey: Record<string, Input<string>>;

  constructor(name: string, args: { plan: GcpRegionPlan }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Region", name, {}, opts);
    const { plan } = args;
    const child = { parent: this };

    const keys = new GcpKeys(`${name}-keys`, { plan }, child);
    const nodes = new GcpNodeIdentity(`${name}-nodes`, { plan }, child);
    this.network = new GcpNetwork(`${name}-network`, { plan }, child);
    this.gateway = new GcpGateway(`${name}-gateway`, { plan, network: this.network.id }, child);
    this.cluster = new GcpCluster(
      `${name}-cluster`,
      { plan, network: this.network, key: keys.cluster, nodeServiceAccount: nodes.email },
      // A key that Google's services may not use yet, nodes that may not log or a network without its route fail the creation.
      { parent: this, dependsOn: [keys, nodes, this.network] },
    );
    const artifacts = new GcpArtifacts(
      `${name}-artifacts`,
      { plan, key: keys.artifacts },
      { parent: this, dependsOn: [keys] },
    );
    const secrets = new GcpSecrets(
      `${name}-secrets`,
      { plan, key: keys.secrets },
      { parent: this, dependsOn: [keys, this.cluster] },
    );
    new GcpDns(`${name}-dns`, { plan, network: this.network.id }, child);
    new GcpLogs(`${name}-logs`, { plan, network: this.network, clusterName: this.cluster.clusterName }, child);
    const entry = new Address(
      `${name}-entry`,
      {
        region: plan.location,
        addressType: "EXTERNAL",
        networkTier: "PREMIUM",
        description: `Ingress of ${plan.name}`,
        labels: plan.tags,
      },
      { parent: this },
    );
    const [wanAddress] = wanAddresses(plan);
    const wanEntry = new Address(
      `${name}-wan`,
      {
        region: plan.location,
        addressType: "INTERNAL",
        purpose: "GCE_ENDPOINT",
        subnetwork: this.network.wanSubnetwork.selfLink,
        ...(wanAddress && { address: wanAddress }),
        description: `WAN entry of ${plan.name}`,
        labels: plan.tags,
      },
      { parent: this },
    );

    this.regionName = plan.name;
    this.artifacts = artifacts.bucket;
    this.secretStore = secrets.store;
    this.entryAddresses = [entry.address];
    this.annotations = {
      loadBalancer: {
        // Without it GKE builds a load balancer that takes no reserved address by name.
        "cloud.google.com/l4-rbs": "enabled",
        "networking.gke.io/load-balancer-ip-addresses": entry.name,
      },
      wanLoadBalancer: {
        "networking.gke.io/load-balancer-type": "Internal",
        "networking.gke.io/load-balancer-ip-addresses": wanEntry.name,
        "networking.gke.io/load-balancer-subnet": this.network.wanSubnetwork.name,
        // Regions that are peered natively are other Google locations; those behind the VPN come in by this one's gateway.
        "networking.gke.io/internal-load-balancer-allow-global-access": "true",
      },
      secretsReader: { "iam.gke.io/gcp-service-account": secrets.reader },
    };
    this.volumeKey = { "disk-encryption-kms-key": keys.cluster };
    this.registerOutputs({
      regionName: this.regionName,
      cloud: this.cloud,
      network: this.network,
      cluster: this.cluster,
      gateway: this.gateway,
      artifacts: this.artifacts,
      secretStore: this.secretStore,
      entryAddresses: this.entryAddresses,
      annotations: this.annotations,
      volumeKey: this.volumeKey,
    });
  }
}
