import { all, ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { wanAddresses } from "../plan/wanEntry.ts";
import type { Region, RegionAnnotations } from "../region.ts";
import { Addons, NODE_ADDONS, POD_ADDONS } from "./addons.ts";
import { Cluster } from "./cluster.ts";
import { PrivateZone } from "./dns.ts";
import { Endpoints } from "./endpoints.ts";
import { EntryAddresses } from "./entry.ts";
import { FlowLogs } from "./flowLogs.ts";
import { Gateway } from "./gateway.ts";
import { Identity } from "./identity.ts";
import { Keys } from "./keys.ts";
import { LoadBalancerController } from "./loadBalancerController.ts";
import { Network } from "./network.ts";
import { NodeGroups } from "./nodeGroups.ts";
import { Secrets } from "./secrets.ts";
import { Storage } from "./storage.ts";

export interface AwsRegionArgs {
  plan: AwsRegionPlan;
}

/** A region on AWS. Needs an `aws` provider for the plan's account; each resource names its region itself. */
export class AwsRegion extends ComponentResource implements Region {
  readonly regionName: string;
  readonly cloud = "aws";
  readonly network: Network;
  readonly cluster: Cluster;
  readonly gateway: Gateway;
  readonly artifacts: Output<string>;
  readonly secretStore: Output<string>;
  readonly entryAddresses: Output<string>[];
  readonly annotations: RegionAnnotations;
  readonly volumeKey: Record<string, Input<string>>;

  constructor(name: string, { plan }: AwsRegionArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Region", name, {}, opts);
    const child = { parent: this };

    const identity = new Identity(`${name}-identity`, { plan }, child);
    const keys = new Keys(`${name}-keys`, { plan, clusterRoleArn: identity.cluster.role.arn }, child);

    const network = new Network(`${name}-network`, { plan }, child);
    new FlowLogs(`${name}-flow`, { plan, vpcId: network.id, keyArn: keys.logs }, child);
    const endpoints = new Endpoints(`${name}-endpoints`, { plan, network }, child);

    const cluster = new Cluster(`${name}-cluster`, { plan, network, identity, keys }, child);
    const { clusterName } = cluster;
    const nodeAddons = new Addons(`${name}-node-addons`, { plan, clusterName, addons: NODE_ADDONS }, child);
    const nodes = new NodeGroups(
      `${name}-nodes`,
      {
        plan,
        clusterName,
        subnetIds: network.privateSubnetIds,
        role: identity.node,
        keyArn: keys.cluster,
        after: [nodeAddons, network, endpoints],
      },
      child,
    );
    const podAddons = new Addons(
      `${name}-pod-addons`,
      { plan, clusterName, addons: POD_ADDONS, after: [nodes] },
      child,
    );

    const balancers = new LoadBalancerController(
      `${name}-balancers`,
      { plan, clusterName, vpcId: network.id, provider: cluster.provider, after: [nodes, podAddons] },
      child,
    );

    const gateway = new Gateway(
      `${name}-gateway`,
      { plan, network, securityGroupId: cluster.securityGroupId, keyArn: keys.logs },
      child,
    );
    const storage = new Storage(`${name}-artifacts`, { plan, keyArn: keys.data }, child);
    const secrets = new Secrets(`${name}-secrets`, { plan, clusterName, keyArn: keys.data }, child);
    new PrivateZone(`${name}-zone`, { plan, vpcId: network.id }, child);
    const entry = new EntryAddresses(`${name}-entry`, { plan }, child);

    this.regionName = plan.name;
    this.network = network;
    this.cluster = cluster;
    this.gateway = gateway;
    this.artifacts = storage.bucketName;
    this.secretStore = secrets.prefix;
    this.entryAddresses = entry.addresses;
    this.annotations = {
      loadBalancer: {
        "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
        // One address in each zone, so each must reach pods of the others.
        "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true",
        "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": all(entry.allocationIds).apply((ids) =>
          ids.join(","),
        ),
      },
      wanLoadBalancer: {
        "service.beta.kubernetes.io/aws-load-balancer-type": balancers.serviceType,
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
        // To nodes, not pods: it keeps callers' addresses without more being said.
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "instance",
        "service.beta.kubernetes.io/aws-load-balancer-attributes": "load_balancing.cross_zone.enabled=true",
        "service.beta.kubernetes.io/aws-load-balancer-subnets": network.wanSubnetIds.apply((ids) => ids.join(",")),
        "service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses": wanAddresses(plan).join(","),
      },
      // EKS Pod Identity knows the service account by its name.
      secretsReader: {},
    };
    this.volumeKey = { kmsKeyId: keys.cluster };
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
