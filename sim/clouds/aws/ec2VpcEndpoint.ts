import type { VpcEndpoint, VpcEndpointArgs } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { tableOf } from "./ec2Routing.ts";
import { groupVpc } from "./ec2SecurityGroup.ts";
import { subnetOf, vpcOf } from "./ec2Vpc.ts";
import { policyProblem } from "./policyDocument.ts";
import { arn, awsService, ec2Id, oneOf } from "./resource.ts";

const GATEWAY_SERVICES = ["s3", "dynamodb"];

/** Services with interface endpoints in every region. */
const INTERFACE_SERVICES = [
  ...[
    "s3",
    "dynamodb",
    "access-analyzer",
    "acm-pca",
    "application-autoscaling",
    "aps-workspaces",
    "athena",
    "autoscaling",
  ],
  ...["cloudformation", "cloudtrail", "config", "ebs", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "ecs", "ecs-agent"],
  ...[
    "ecs-telemetry",
    "eks",
    "eks-auth",
    "elasticache",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "execute-api",
  ],
  ...[
    "glue",
    "guardduty-data",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "oam",
    "rds",
  ],
  ...["rds-data", "sagemaker.api", "sagemaker.runtime", "secretsmanager", "servicediscovery", "sns", "sqs", "ssm"],
  ...["ssmmessages", "states", "sts", "synthetics", "xray"],
];

const ENDPOINTS_IN_A_VPC = 50;
const FULL_ACCESS = JSON.stringify({
  Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }],
  Version: "2008-10-17",
});

type Input = Unwrap<VpcEndpointArgs>;

export const vpcEndpoint = awsService<VpcEndpointArgs, VpcEndpoint>("aws:ec2/vpcEndpoint:VpcEndpoint", {
  api: ec2("VPC Endpoint", { create: "CreateVpcEndpoint", update: "ModifyVpcEndpoint", remove: "DeleteVpcEndpoints" }),
  replaceOn: [
    "vpcId",
    "serviceName",
    "serviceNetworkArn",
    "resourceConfigurationArn",
    "serviceRegion",
    "vpcEndpointType",
  ],
  references: ({ arn }) => [arn],
  seconds: { create: 60, remove: 60 },
  check: ({ vpcEndpointType, ipAddressType, policy }) => [
    ...oneOf("vpcEndpointType", vpcEndpointType, [
      "Gateway",
      "GatewayLoadBalancer",
      "Interface",
      "Resource",
      "ServiceNetwork",
    ]),
    ...oneOf("ipAddressType", ipAddressType, ["ipv4", "dualstack", "ipv6"]),
    ...(policy === undefined
      ? []
      : policyProblem(policy, "endpoint").map((reason): [string, string] => ["policy", reason])),
  ],
  create: (input, world) => {
    const parent = vpcOf(input.vpcId, world);
    const service = serviceOf(input, world);
    const type = input.vpcEndpointType ?? "Gateway";
    const siblings = world.all(vpcEndpoint).filter(({ state }) => state.vpcId === parent.id);
    if (siblings.length >= ENDPOINTS_IN_A_VPC)
      refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.");
    const id = ec2Id(world, "vpce");
    const networking =
      type === "Gateway" ? gatewayNetworking(input, id, world) : interfaceNetworking(input, id, service, world);
    const dnsNames = type === "Gateway" ? [] : [`${id}-${world.hex(8)}.${service}.${world.region}.vpce.amazonaws.com`];
    return {
      id,
      arn: arn(world, "ec2", `vpc-endpoint/${id}`),
      vpcEndpointType: type,
      policy: input.policy ?? FULL_ACCESS,
      privateDnsEnabled: input.privateDnsEnabled ?? false,
      ipAddressType: input.ipAddressType ?? "ipv4",
      dnsEntries: dnsNames.map((dnsName) => ({ dnsName, hostedZoneId: `Z${world.hex(13).toUpperCase()}` })),
      dnsOptions: (input.dnsOptions ?? { dnsRecordIpType: "ipv4" }) as OutputsOf<VpcEndpoint>["dnsOptions"],
      cidrBlocks: type === "Gateway" ? ["198.18.0.0/15"] : [],
      prefixListId: type === "Gateway" ? `pl-${world.hex(8)}` : "",
      networkInterfaceIds: networking.subnetIds.map(() => ec2Id(world, "eni")),
      ownerId: world.account,
      requesterManaged: false,
      serviceRegion: input.serviceRegion ?? world.region,
      state: "available",
      ...networking,
    };
  },
  update: (input, current, world) =>
    current.state.vpcEndpointType === "Gateway"
      ? gatewayNetworking(input, current.id, world)
      : interfaceNetworking(input, current.id, serviceOf(input, world), world),
  remove: () => {},
});

function serviceOf(input: Input, world: World): string {
  const name = input.serviceName ?? refuse("MissingParameter", "The request must contain the parameter ServiceName");
  const service = name.startsWith(`com.amazonaws.${input.serviceRegion ?? world.region}.`)
    ? name.slice(`com.amazonaws.${input.serviceRegion ?? world.region}.`.length)
    : "";
  if (![...GATEWAY_SERVICES, ...INTERFACE_SERVICES].includes(service))
    refuse("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const type = input.vpcEndpointType ?? "Gateway";
  const offered = GATEWAY_SERVICES.includes(service) ? ["Gateway", "Interface"] : ["Interface"];
  if (!offered.includes(type))
    refuse(
      "InvalidParameter",
      `Endpoint type (${type}) does not match available service types ([${offered.join(", ")}]).`,
    );
  return service;
}

function gatewayNetworking(input: Input, id: string, world: World) {
  if (input.subnetIds !== undefined || input.subnetConfigurations !== undefined)
    refuse("InvalidParameter", "Subnet ids are only supported for Interface type VPC Endpoints.");
  if (input.securityGroupIds !== undefined)
    refuse("InvalidParameter", "Security group ids are only supported for Interface type VPC Endpoints.");
  const routeTableIds = input.routeTableIds ?? [];
  for (const tableId of routeTableIds) {
    if (tableOf(tableId, world).vpcId !== input.vpcId)
      refuse("InvalidParameter", `Route table ${tableId} does not belong to VPC ${input.vpcId}`);
    const rival = world
      .all(vpcEndpoint)
      .some(
        ({ id: other, state }) =>
          other !== id && state.serviceName === input.serviceName && state.routeTableIds.includes(tableId),
      );
    if (rival)
      refuse(
        "RouteAlreadyExists",
        `route table ${tableId} already has a route with destination-prefix-list-id of ${input.serviceName}`,
      );
  }
  return { routeTableIds, subnetIds: [], securityGroupIds: [], subnetConfigurations: [] };
}

function interfaceNetworking(input: Input, id: string, service: string, world: World) {
  if (input.routeTableIds !== undefined)
    refuse("InvalidParameter", "Route table ids are only supported for Gateway type VPC Endpoints.");
  const network = vpcOf(input.vpcId, world);
  const subnetIds = input.subnetIds ?? (input.subnetConfigurations ?? []).flatMap(({ subnetId }) => subnetId ?? []);
  const zones = new Set<string>();
  for (const subnetId of subnetIds) {
    const { state } = subnetOf(subnetId, world);
    if (state.vpcId !== network.id)
      refuse("InvalidParameter", `Subnet ${subnetId} does not belong to VPC ${network.id}`);
    if (zones.has(state.availabilityZone))
      refuse(
        "DuplicateSubnetsInSameZone",
        `Found another VPC endpoint subnet in the availability zone of ${subnetId}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
      );
    zones.add(state.availabilityZone);
  }
  const securityGroupIds = input.securityGroupIds ?? [network.state.defaultSecurityGroupId];
  for (const groupId of securityGroupIds) {
    if (groupVpc(groupId, world) !== network.id)
      refuse("InvalidParameter", `Security group ${groupId} does not belong to VPC ${network.id}`);
  }
  if (input.privateDnsEnabled === true) {
    if (network.state.enableDnsSupport === false || !network.state.enableDnsHostnames)
      refuse(
        "InvalidParameter",
        `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${network.id}`,
      );
    const rival = world
      .all(vpcEndpoint)
      .some(
        ({ id: other, state }) =>
          other !== id &&
          state.vpcId === network.id &&
          state.serviceName === input.serviceName &&
          state.privateDnsEnabled,
      );
    if (rival)
      refuse(
        "InvalidParameter",
        `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${service}.${world.region}.amazonaws.com in the VPC ${network.id}`,
      );
  }
  return {
    routeTableIds: [],
    subnetIds,
    securityGroupIds,
    subnetConfigurations: subnetIds.map((subnetId) => ({ subnetId })),
  };
}
