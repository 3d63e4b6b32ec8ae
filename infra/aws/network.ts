import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { ComponentResource, type ComponentResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { AwsRegionPlan, TierPlan } from "../plan/topology.ts";
import type { RegionNetwork } from "../region.ts";
import { named } from "./names.ts";

export interface NetworkArgs {
  plan: AwsRegionPlan;
}

/** A route table that carries traffic to other regions. */
export interface RegionalRouteTable {
  /** Such as `private-us-east-1a` or `intra`: unique in the region. */
  label: string;
  id: Output<string>;
}

/**
 * The region's VPC over four tiers: `public` for load balancers and NAT gateways, `private` for nodes, `intra` without any
 * way to the internet for control-plane interfaces, endpoints and the gateway's attachment, and `wan`, as closed as `intra`,
 * for the load balancer that other regions call. The default security group is
 * emptied, so that what is attached to no group of its own reaches nothing.
 */
export class Network extends ComponentResource implements RegionNetwork {
  readonly id: Output<string>;
  readonly privateSubnetIds: Output<string[]>;
  /** One in each zone. */
  readonly intraSubnetIds: Output<string[]>;
  /** One in each zone. */
  readonly wanSubnetIds: Output<string[]>;
  /** Those of nodes and control plane; public subnets hold nothing that talks to other regions. */
  readonly regionalRouteTables: RegionalRouteTable[];

  constructor(name: string, { plan }: NetworkArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Network", name, {}, opts);
    const region = plan.location;
    const child = { parent: this };

    const vpc = new Vpc(
      name,
      {
        region,
        cidrBlock: plan.addresses.network,
        // Both are needed for private DNS names of interface endpoints and of the cluster's private API.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: named(plan, name),
      },
      { parent: this },
    );
    new DefaultSecurityGroup(`${name}-default`, { region, vpcId: vpc.id, tags: named(plan, `${name}-default`) }, child);

    const routeTable = (label: string): RouteTable =>
      new RouteTable(`${name}-${label}`, { region, vpcId: vpc.id, tags: named(plan, `${name}-${label}`) }, child);

    const subnet = (label: string, tier: TierPlan, zone: string, table: RouteTable, roleTags = {}): Subnet => {
      const cidrBlock = tier.zones[zone];
      if (cidrBlock === undefined)
        throw new Error(`${plan.name}: the address plan has no ${label} range for zone ${zone}`);
      const subnetName = `${name}-${label}-${zone}`;
      const made = new Subnet(
        subnetName,
        { region, vpcId: vpc.id, availabilityZone: zone, cidrBlock, tags: { ...named(plan, subnetName), ...roleTags } },
        child,
      );
      new RouteTableAssociation(subnetName, { region, subnetId: made.id, routeTableId: table.id }, child);
      return made;
    };

    const internet = new InternetGateway(`${name}-internet`, { region, vpcId: vpc.id, tags: named(plan, name) }, child);
    const publicTable = routeTable("public");
    const publicDefault = new Route(
      `${name}-public-internet`,
      { region, routeTableId: publicTable.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
      child,
    );
    const publicSubnets = new Map(
      plan.zones.map((zone) => [
        zone,
        subnet("public", plan.addresses.public, zone, publicTable, { "kubernetes.io/role/elb": "1" }),
      ]),
    );

    const natGateway = (zone: string, publicSubnet: Subnet): NatGateway => {
      const natName = `${name}-nat-${zone}`;
      const address = new Eip(natName, { region, domain: "vpc", tags: named(plan, natName) }, child);
      return new NatGateway(
        natName,
        { region, allocationId: address.allocationId, subnetId: publicSubnet.id, tags: named(plan, natName) },
        { parent: this, dependsOn: publicDefault },
      );
    };
    const natGateways = [...publicSubnets]
      .slice(0, { none: 0, single: 1, "per-zone": plan.zones.length }[plan.nat])
      .map(([zone, publicSubnet]) => ({ zone, id: natGateway(zone, publicSubnet).id }));

    // A table for each zone even with one NAT gateway or none, so that changing `nat` moves no subnet to another table.
    const privateTier = plan.zones.map((zone) => {
      const table = routeTable(`private-${zone}`);
      const nat = natGateways.find((gateway) => gateway.zone === zone) ?? natGateways[0];
      if (nat !== undefined) {
        new Route(
          `${name}-private-${zone}-internet`,
          { region, routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
          child,
        );
      }
      const tags = { "kubernetes.io/role/internal-elb": "1" };
      return { zone, table, subnet: subnet("private", plan.addresses.private, zone, table, tags) };
    });

    const intraTable = routeTable("intra");
    const intraSubnets = plan.zones.map((zone) => subnet("intra", plan.addresses.intra, zone, intraTable));
    const wanSubnets = plan.zones.map((zone) => subnet("wan", plan.addresses.wan, zone, intraTable));

    this.id = vpc.id;
    this.privateSubnetIds = output(privateTier.map((tier) => tier.subnet.id));
    this.intraSubnetIds = output(intraSubnets.map(({ id }) => id));
    this.wanSubnetIds = output(wanSubnets.map(({ id }) => id));
    this.regionalRouteTables = [
      ...privateTier.map(({ zone, table }) => ({ label: `private-${zone}`, id: table.id })),
      { label: "intra", id: intraTable.id },
    ];
    this.registerOutputs({
      id: this.id,
      privateSubnetIds: this.privateSubnetIds,
      intraSubnetIds: this.intraSubnetIds,
      wanSubnetIds: this.wanSubnetIds,
      regionalRouteTables: this.regionalRouteTables,
    });
  }
}
