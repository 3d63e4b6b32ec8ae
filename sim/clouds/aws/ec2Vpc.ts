import type { InternetGateway, InternetGatewayArgs } from "@pulumi/aws/ec2/internetGateway.js";
import type { Subnet, SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import type { Vpc, VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import { addressIn, contains, isAligned, overlaps, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { zoneId, zonesOf } from "./regions.ts";
import { arn, atMostOne, awsService, ec2Id, oneOf } from "./resource.ts";

/** Default quotas of a new account, each for one region. */
const VPCS = 5;
const INTERNET_GATEWAYS = 5;
const SUBNETS_IN_A_VPC = 200;

/** Ranges with a meaning of their own, in which no VPC can lie. */
const UNUSABLE = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

export const vpc = awsService<VpcArgs, Vpc>("aws:ec2/vpc:Vpc", {
  api: ec2("VPC", { create: "CreateVpc", update: "ModifyVpcAttribute", remove: "DeleteVpc" }),
  replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
  references: ({ arn, defaultSecurityGroupId, mainRouteTableId }) => [arn, defaultSecurityGroupId, mainRouteTableId],
  check: ({ cidrBlock, instanceTenancy }) => [
    ...rangeProblems("cidrBlock", cidrBlock, 16, 28, "InvalidVpc.Range"),
    ...oneOf("instanceTenancy", instanceTenancy, ["default", "dedicated"]),
  ],
  create: (input, world) => {
    if (input.cidrBlock === undefined && input.ipv4IpamPoolId === undefined)
      refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.");
    // IPAM pools are not modelled, so none exists.
    if (input.ipv4IpamPoolId !== undefined)
      refuse("InvalidIpamPoolId.NotFound", `The IPAM pool ID '${input.ipv4IpamPoolId}' does not exist`);
    const { cidrBlock } = input;
    if (cidrBlock !== undefined && UNUSABLE.some((range) => overlaps(range, cidrBlock)))
      refuse("InvalidVpc.Range", `The CIDR '${cidrBlock}' is invalid.`);
    if (here(vpc, world).length >= VPCS) refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    const id = ec2Id(world, "vpc");
    const mainRouteTableId = ec2Id(world, "rtb");
    return {
      id,
      arn: arn(world, "ec2", `vpc/${id}`),
      enableDnsSupport: input.enableDnsSupport ?? true,
      enableDnsHostnames: input.enableDnsHostnames ?? false,
      enableNetworkAddressUsageMetrics: input.enableNetworkAddressUsageMetrics ?? false,
      instanceTenancy: input.instanceTenancy ?? "default",
      assignGeneratedIpv6CidrBlock: input.assignGeneratedIpv6CidrBlock ?? false,
      defaultNetworkAclId: ec2Id(world, "acl"),
      defaultRouteTableId: mainRouteTableId,
      defaultSecurityGroupId: ec2Id(world, "sg"),
      dhcpOptionsId: ec2Id(world, "dopt"),
      mainRouteTableId,
      ownerId: world.account,
      ipv6AssociationId: "",
      ipv6CidrBlock: "",
      ipv6CidrBlockNetworkBorderGroup: "",
    };
  },
  // These live on without their VPC, or go with it.
  remove: (current, world) =>
    blockedBy(current, world, `The vpc '${current.id}' has dependencies and cannot be deleted.`, HARMLESS),
});

const HARMLESS = [
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:route53/zone:Zone",
];

export const subnet = awsService<SubnetArgs, Subnet>("aws:ec2/subnet:Subnet", {
  api: ec2("Subnet", { update: "ModifySubnetAttribute" }),
  replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "outpostArn", "ipv6Native"],
  references: ({ arn }) => [arn],
  check: (input) => [
    ...rangeProblems("cidrBlock", input.cidrBlock, 0, 32, "InvalidSubnet.Range"),
    ...atMostOne(input, ["availabilityZone", "availabilityZoneId"]),
    ...oneOf("privateDnsHostnameTypeOnLaunch", input.privateDnsHostnameTypeOnLaunch, ["ip-name", "resource-name"]),
  ],
  create: (input, world) => {
    const parent = vpcOf(input.vpcId, world);
    const zones = zonesOf(world.region);
    const zone =
      input.availabilityZone ??
      (input.availabilityZoneId === undefined
        ? zones[0]
        : zones.find((candidate) => zoneId(candidate) === input.availabilityZoneId));
    if (zone === undefined || !zones.includes(zone))
      return refuse(
        "InvalidParameterValue",
        `Value (${zone ?? input.availabilityZoneId}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
      );
    const cidrBlock =
      input.cidrBlock ?? refuse("MissingParameter", "Either 'cidrBlock' or 'ipv6CidrBlock' must be provided.");
    const prefix = parseRange(cidrBlock)?.prefix ?? 0;
    if (prefix < 16 || prefix > 28 || !contains(parent.state.cidrBlock, cidrBlock))
      refuse("InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
    const siblings = world.all(subnet).filter(({ state }) => state.vpcId === parent.id);
    if (siblings.some(({ state }) => overlaps(state.cidrBlock, cidrBlock)))
      refuse("InvalidSubnet.Conflict", `The CIDR '${cidrBlock}' conflicts with another subnet`);
    if (siblings.length >= SUBNETS_IN_A_VPC)
      refuse("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
    if (input.assignIpv6AddressOnCreation === true && input.ipv6CidrBlock === undefined)
      refuse("InvalidParameterCombination", "The subnet has no IPv6 CIDR block to assign addresses from.");
    const id = ec2Id(world, "subnet");
    return {
      id,
      arn: arn(world, "ec2", `subnet/${id}`),
      availabilityZone: zone,
      availabilityZoneId: zoneId(zone),
      cidrBlock,
      mapPublicIpOnLaunch: input.mapPublicIpOnLaunch ?? false,
      assignIpv6AddressOnCreation: input.assignIpv6AddressOnCreation ?? false,
      privateDnsHostnameTypeOnLaunch: input.privateDnsHostnameTypeOnLaunch ?? "ip-name",
      ipv6CidrBlock: input.ipv6CidrBlock ?? "",
      ipv6CidrBlockAssociationId: "",
      ownerId: world.account,
    };
  },
  remove: (current, world) =>
    blockedBy(current, world, `The subnet '${current.id}' has dependencies and cannot be deleted.`, HARMLESS),
});

export const internetGateway = awsService<InternetGatewayArgs, InternetGateway>(
  "aws:ec2/internetGateway:InternetGateway",
  {
    api: ec2("Internet Gateway", { update: "AttachInternetGateway" }),
    replaceOn: [],
    references: ({ arn }) => [arn],
    create: (input, world) => {
      if (here(internetGateway, world).length >= INTERNET_GATEWAYS)
        refuse("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.");
      const id = ec2Id(world, "igw");
      attachable(id, input.vpcId, world);
      return { id, arn: arn(world, "ec2", `internet-gateway/${id}`), ownerId: world.account, vpcId: input.vpcId ?? "" };
    },
    update: (input, current, world) => {
      if (input.vpcId !== current.inputs.vpcId) {
        detachable(current, world);
        attachable(current.id, input.vpcId, world);
      }
      return { vpcId: input.vpcId ?? "" };
    },
    remove: (current, world) => detachable(current, world),
  },
);

function attachable(id: string, vpcId: string | undefined, world: World): void {
  if (vpcId === undefined) return;
  vpcOf(vpcId, world);
  if (world.all(internetGateway).some((other) => other.id !== id && other.state.vpcId === vpcId))
    refuse("InvalidParameterValue", `Network ${vpcId} already has an internet gateway attached`);
}

/** A gateway stays as long as its network has public addresses, such as those of NAT gateways. */
function detachable({ state }: Stored<OutputsOf<InternetGateway>>, world: World): void {
  const attached = world.get(vpc, state.vpcId);
  if (attached === undefined) return;
  const mapped = world
    .usersOf(attached)
    .filter((user) => user.type === subnet.type)
    .flatMap((user) => world.usersOf(user))
    .some((user) => user.type === "aws:ec2/natGateway:NatGateway" && user.inputs.allocationId !== undefined);
  if (mapped)
    refuse(
      "DependencyViolation",
      `Network ${state.vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
}

/** Resources of a type in the request's account and region, which quotas count. */
export const here = <Outputs>(
  of: Parameters<World["all"]>[0] & { outputs?: Outputs },
  world: World,
): Stored<unknown>[] =>
  world.all(of).filter(({ account, region }) => account === world.account && region === world.region);

export const vpcOf = (id: string, world: World): Stored<OutputsOf<Vpc>> =>
  world.get(vpc, id) ?? refuse("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);

export const subnetOf = (id: string, world: World): Stored<OutputsOf<Subnet>> =>
  world.get(subnet, id) ??
  (/^subnet-[0-9a-z]+$/.test(id)
    ? refuse("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`)
    : refuse(
        "InvalidSubnetId.Malformed",
        `Invalid Subnet Id: '${id}' (expecting 'subnet-...; the Id may only contain lowercase alphanumeric characters and a single dash')`,
      ));

/** Refuses to delete what other resources still use, but for some types. */
export function blockedBy(
  current: Stored<unknown>,
  world: World,
  message: string,
  harmless: readonly string[] = [],
): void {
  if (world.usersOf(current).some((user) => !harmless.includes(user.type))) refuse("DependencyViolation", message);
}

/** What the provider refuses of a range before the API sees it: malformed, with host bits, or of a size out of bounds. */
export function rangeProblems(
  property: string,
  range: string | undefined,
  shortest: number,
  longest: number,
  code: string,
): [string, string][] {
  if (range === undefined) return [];
  const parsed = parseRange(range);
  if (parsed === undefined) return [[property, `"${range}" is not a valid IPv4 CIDR block (${code})`]];
  if (!isAligned(range))
    return [
      [
        property,
        `"${range}" is not a valid IPv4 CIDR block; did you mean "${addressIn(range, 0)}/${parsed.prefix}"? (${code})`,
      ],
    ];
  if (parsed.prefix < shortest || parsed.prefix > longest)
    return [
      [
        property,
        `expected "${property}" to contain a network Value with between ${shortest} and ${longest} significant bits, got: ${parsed.prefix} (${code})`,
      ],
    ];
  return [];
}
