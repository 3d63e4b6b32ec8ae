import { CustomerGateway } from "@pulumi/aws/ec2/customerGateway.js";
import { Route as VpcRoute } from "@pulumi/aws/ec2/route.js";
import { VpnConnection } from "@pulumi/aws/ec2/vpnConnection.js";
import { PeeringAttachment } from "@pulumi/aws/ec2transitgateway/peeringAttachment.js";
import { PeeringAttachmentAccepter } from "@pulumi/aws/ec2transitgateway/peeringAttachmentAccepter.js";
import { Route as TransitRoute } from "@pulumi/aws/ec2transitgateway/route.js";
import { TransitGateway } from "@pulumi/aws/ec2transitgateway/transitGateway.js";
import { VpcAttachment } from "@pulumi/aws/ec2transitgateway/vpcAttachment.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan, PeeringLink } from "../plan/topology.ts";
import { type RegionGateway, remoteEnd, type VpnEnd } from "../region.ts";
import { encryptedLogGroup } from "./logs.ts";
import { fullName, named } from "./names.ts";
import type { Network } from "./network.ts";
import { tunnelOptions } from "./tunnel.ts";

export interface GatewayArgs {
  plan: AwsRegionPlan;
  network: Network;
  /** Group of the nodes and the control plane, which let the other regions in. */
  securityGroupId: Input<string>;
  /** ARN of the KMS key for log groups. */
  keyArn: Input<string>;
}

/**
 * The region's transit gateway: the only AWS end that spreads traffic over several tunnels (ECMP). Each other region has a
 * route in each table and a firewall rule of its own, so that a new region changes none that exists. What inside the
 * region's clusters accepts traffic from other regions is decided by their NetworkPolicies.
 */
export class Gateway extends ComponentResource implements RegionGateway {
  readonly transitGatewayId: Output<string>;
  /** The one route table of the transit gateway. */
  readonly routeTableId: Output<string>;
  readonly #name: string;
  readonly #plan: AwsRegionPlan;
  readonly #tunnelLogs: Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Gateway", name, {}, opts);
    const { plan, network, securityGroupId, keyArn } = args;
    const region = plan.location;
    const child = { parent: this };

    const transit = new TransitGateway(
      name,
      {
        region,
        description: `${fullName(plan)} to the other regions`,
        amazonSideAsn: plan.asn,
        autoAcceptSharedAttachments: "disable",
        defaultRouteTableAssociation: "enable",
        defaultRouteTablePropagation: "enable",
        vpnEcmpSupport: "enable",
        tags: named(plan, name),
      },
      { parent: this },
    );
    const attachment = new VpcAttachment(
      name,
      {
        region,
        transitGatewayId: transit.id,
        vpcId: network.id,
        subnetIds: network.intraSubnetIds,
        tags: named(plan, name),
      },
      child,
    );
    for (const peer of plan.peers) {
      for (const table of network.regionalRouteTables) {
        new VpcRoute(
          `${name}-to-${peer.region}-${table.label}`,
          { region, routeTableId: table.id, destinationCidrBlock: peer.cidr, transitGatewayId: transit.id },
          // A VPC knows a transit gateway only once it is attached to it.
          { parent: this, dependsOn: attachment },
        );
      }
      new SecurityGroupIngressRule(
        `${name}-from-${peer.region}`,
        {
          region,
          securityGroupId,
          description: `From ${peer.region}`,
          cidrIpv4: peer.cidr,
          ipProtocol: "-1",
          tags: plan.tags,
        },
        child,
      );
    }

    this.#name = name;
    this.#plan = plan;
    this.#tunnelLogs = encryptedLogGroup(
      `${name}-tunnels`,
      // Only under this prefix does log delivery not count against the account's limit on resource policies.
      { plan, logGroupName: `/aws/vendedlogs/${fullName(plan)}/tunnels`, keyArn },
      this,
    ).arn;
    this.transitGatewayId = transit.id;
    this.routeTableId = transit.associationDefaultRouteTableId;
    this.registerOutputs({ transitGatewayId: this.transitGatewayId, routeTableId: this.routeTableId });
  }

  outsideAddresses(): undefined {
    return undefined;
  }

  connect({ link, side, keys, remoteAddresses }: VpnEnd): Output<string>[] {
    const plan = this.#plan;
    const region = plan.location;
    const peer = remoteEnd(link, side);
    const name = `${this.#name}-to-${peer.region}`;

    return [0, 1].flatMap((connection) => {
      const [first, second] = [2 * connection, 2 * connection + 1].map((index) => {
        const [tunnel, key, address] = [link.tunnels[index], keys[index], remoteAddresses[index]];
        if (tunnel === undefined || key === undefined || address === undefined) {
          throw new Error(
            `link ${link.name}: an AWS end has four tunnels, and tunnel ${index} lacks its plan, key or peer address`,
          );
        }
        return { tunnel, key, address };
      });
      if (first === undefined || second === undefined) throw new Error(`link ${link.name}: no tunnels`);

      const customer = new CustomerGateway(
        `${name}-${connection}`,
        {
          region,
          type: "ipsec.1",
          bgpAsn: String(peer.asn),
          ipAddress: first.address,
          tags: named(plan, `${name}-${connection}`),
        },
        { parent: this },
      );
      const vpn = new VpnConnection(
        `${name}-${connection}`,
        {
          region,
          type: "ipsec.1",
          customerGatewayId: customer.id,
          transitGatewayId: this.transitGatewayId,
          staticRoutesOnly: false,
          ...tunnelOptions(first.tunnel, first.key, second.tunnel, second.key, this.#tunnelLogs),
          tags: named(plan, `${name}-${connection}`),
        },
        { parent: this },
      );
      return [vpn.tunnel1Address, vpn.tunnel2Address];
    });
  }

  peer(link: PeeringLink, other: RegionGateway): void {
    if (!(other instanceof Gateway))
      throw new Error(`link ${link.name}: a transit gateway peers only with another one`);
    const [here, there] = [this.#plan, other.#plan];
    const name = `${this.#name}-to-${there.name}`;

    const request = new PeeringAttachment(
      name,
      {
        region: here.location,
        transitGatewayId: this.transitGatewayId,
        peerTransitGatewayId: other.transitGatewayId,
        peerRegion: there.location,
        peerAccountId: there.account.accountId,
        tags: named(here, name),
      },
      { parent: this },
    );
    const accepted = new PeeringAttachmentAccepter(
      name,
      { region: there.location, transitGatewayAttachmentId: request.id, tags: named(there, name) },
      { parent: this },
    );
    // Peerings carry no BGP, so both sides need their route written down.
    for (const [from, destination, routeTableId] of [
      [here, link.ends[1].cidr, this.routeTableId],
      [there, link.ends[0].cidr, other.routeTableId],
    ] as const) {
      new TransitRoute(
        `${name}-route-${from.name}`,
        {
          region: from.location,
          transitGatewayRouteTableId: routeTableId,
          destinationCidrBlock: destination,
          transitGatewayAttachmentId: request.id,
        },
        { parent: this, dependsOn: accepted },
      );
    }
  }
}
