import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { named } from "./names.ts";
import type { Network } from "./network.ts";

/**
 * What nodes and controllers call without leaving AWS's network: images, node registration, Pod Identity, volumes and load
 * balancers, encryption, logs, secrets. With `nat: none` a node could not join without them. About USD 7 a month for each
 * service and zone.
 */
const INTERFACE_SERVICES = [
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "kms",
  "logs",
  "secretsmanager",
  "sts",
];

export interface EndpointsArgs {
  plan: AwsRegionPlan;
  network: Network;
}

/** Private access to AWS's own APIs. */
export class Endpoints extends ComponentResource {
  /** Id of the S3 gateway endpoint. */
  readonly s3: Output<string>;

  constructor(name: string, { plan, network }: EndpointsArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Endpoints", name, {}, opts);
    const region = plan.location;
    const child = { parent: this };
    const serviceName = (service: string) => `com.amazonaws.${region}.${service}`;

    const s3 = new VpcEndpoint(
      `${name}-s3`,
      {
        region,
        vpcId: network.id,
        vpcEndpointType: "Gateway",
        serviceName: serviceName("s3"),
        routeTableIds: network.regionalRouteTables.map((table) => table.id),
        tags: named(plan, `${name}-s3`),
      },
      child,
    );

    const group = new SecurityGroup(
      name,
      { region, vpcId: network.id, description: "AWS API endpoints", tags: named(plan, name) },
      child,
    );
    new SecurityGroupIngressRule(
      `${name}-https`,
      {
        region,
        securityGroupId: group.id,
        description: "HTTPS from the VPC",
        cidrIpv4: plan.addresses.network,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        tags: plan.tags,
      },
      child,
    );
    for (const service of INTERFACE_SERVICES) {
      new VpcEndpoint(
        `${name}-${service}`,
        {
          region,
          vpcId: network.id,
          vpcEndpointType: "Interface",
          serviceName: serviceName(service),
          privateDnsEnabled: true,
          subnetIds: network.intraSubnetIds,
          securityGroupIds: [group.id],
          tags: named(plan, `${name}-${service}`),
        },
        child,
      );
    }
    this.s3 = s3.id;
    this.registerOutputs({ s3: this.s3 });
  }
}
