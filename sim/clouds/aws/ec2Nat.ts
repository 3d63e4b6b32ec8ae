import type { Eip, EipArgs } from "@pulumi/aws/ec2/eip.js";
import type { NatGateway, NatGatewayArgs } from "@pulumi/aws/ec2/natGateway.js";
import { addressIn, contains } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { here, internetGateway, subnet, subnetOf } from "./ec2Vpc.ts";
import { arn, awsService, between, ec2Id, oneOf } from "./resource.ts";

/**
 * Addresses in a region. A new account has 5; a production region with three zones takes 6, so docs/real-clouds.md says to
 * ask for 10, and this is an account that did.
 */
const ADDRESSES = 10;
/** NAT gateways in a zone, the default quota. */
const NAT_GATEWAYS_IN_A_ZONE = 5;

export const eip = awsService<EipArgs, Eip>("aws:ec2/eip:Eip", {
  api: ec2("EIP", { create: "AllocateAddress", update: "AssociateAddress", remove: "ReleaseAddress" }),
  replaceOn: ["address", "customerOwnedIpv4Pool", "domain", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool"],
  references: ({ arn, publicIp }) => [arn, publicIp],
  check: ({ domain }) => oneOf("domain", domain, ["vpc"]),
  create: (input, world) => {
    if (here(eip, world).length >= ADDRESSES)
      refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
    // Instances and interfaces are not modelled, so none exists.
    if (input.instance !== undefined)
      refuse("InvalidInstanceID.NotFound", `The instance ID '${input.instance}' does not exist`);
    if (input.networkInterface !== undefined)
      refuse(
        "InvalidNetworkInterfaceID.NotFound",
        `The networkInterface ID '${input.networkInterface}' does not exist`,
      );
    const id = ec2Id(world, "eipalloc");
    const publicIp = world.publicAddress();
    return {
      id,
      allocationId: id,
      arn: arn(world, "ec2", `elastic-ip/${id}`),
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${world.region === "us-east-1" ? "compute-1" : `${world.region}.compute`}.amazonaws.com`,
      domain: "vpc",
      networkBorderGroup: input.networkBorderGroup ?? world.region,
      publicIpv4Pool: input.publicIpv4Pool ?? "amazon",
      associationId: "",
      carrierIp: "",
      customerOwnedIp: "",
      instance: "",
      ipamPoolId: "",
      networkInterface: "",
      privateDns: "",
      privateIp: "",
      ptrRecord: "",
    };
  },
  remove: (current, world) => {
    // The API says this of an address that a NAT gateway holds, whoever asks.
    if (holderOf(current, world) !== undefined)
      refuse("AuthFailure", "You do not have permission to access the specified resource.");
  },
});

const holderOf = (address: Stored<unknown>, world: World): Stored<OutputsOf<NatGateway>> | undefined =>
  world
    .all(natGateway)
    .find(({ state }) => [state.allocationId, ...(state.secondaryAllocationIds ?? [])].includes(address.id));

export const natGateway = awsService<NatGatewayArgs, NatGateway>("aws:ec2/natGateway:NatGateway", {
  api: ec2("NAT Gateway", {
    create: "CreateNatGateway",
    update: "AssociateNatGatewayAddress",
    remove: "DeleteNatGateway",
  }),
  replaceOn: ["allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"],
  seconds: { create: 90, remove: 60 },
  check: (input) => [
    ...oneOf("connectivityType", input.connectivityType, ["private", "public"]),
    ...oneOf("availabilityMode", input.availabilityMode, ["zonal", "regional"]),
    ...between("secondaryPrivateIpAddressCount", input.secondaryPrivateIpAddressCount, 1, 31),
    ...(input.connectivityType === "private" && input.allocationId !== undefined
      ? ([["allocationId", "allocationId is not supported with connectivityType private"]] as [string, string][])
      : []),
  ],
  create: (input, world) => {
    if (input.availabilityMode === "regional")
      refuse("InvalidParameterValue", "The simulated API makes zonal NAT gateways only.");
    const subnetId = input.subnetId ?? refuse("MissingParameter", "The request must contain the parameter subnetId");
    const host = subnetOf(subnetId, world);
    const isPublic = input.connectivityType !== "private";
    const address = isPublic ? addressFor(input.allocationId, world) : undefined;
    const { vpcId } = host.state;
    if (isPublic && !world.all(internetGateway).some(({ state }) => state.vpcId === vpcId))
      refuse("Gateway.NotAttached", `Network ${vpcId} has no Internet gateway attached`);
    if (gatewaysInZone(host.state.availabilityZone, world) >= NAT_GATEWAYS_IN_A_ZONE)
      refuse(
        "NatGatewayLimitExceeded",
        `Performing this operation would exceed the limit of ${NAT_GATEWAYS_IN_A_ZONE} NAT gateways`,
      );
    if (input.privateIp !== undefined && !contains(host.state.cidrBlock, `${input.privateIp}/32`))
      refuse("InvalidParameterValue", `Address ${input.privateIp} does not fall within the subnet's address range`);
    const id = ec2Id(world, "nat");
    const networkInterfaceId = ec2Id(world, "eni");
    const associationId = isPublic ? ec2Id(world, "eipassoc") : "";
    const privateIp = input.privateIp ?? addressIn(host.state.cidrBlock, 4 + gatewaysIn(subnetId, world));
    return {
      id,
      associationId,
      networkInterfaceId,
      privateIp,
      publicIp: address?.state.publicIp ?? "",
      connectivityType: input.connectivityType ?? "public",
      availabilityMode: "zonal",
      vpcId,
      secondaryAllocationIds: input.secondaryAllocationIds ?? [],
      secondaryPrivateIpAddresses: input.secondaryPrivateIpAddresses ?? [],
      secondaryPrivateIpAddressCount:
        input.secondaryPrivateIpAddresses?.length ?? input.secondaryPrivateIpAddressCount ?? 0,
      autoProvisionZones: "",
      autoScalingIps: "",
      regionalNatGatewayAddresses: [],
      regionalNatGatewayAutoMode: "",
      routeTableId: "",
    };
  },
  // Routes to it stay behind as black holes.
  remove: () => {},
});

function addressFor(allocationId: string | undefined, world: World): Stored<OutputsOf<Eip>> {
  if (allocationId === undefined)
    return refuse(
      "MissingParameter",
      "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
    );
  const address =
    world.get(eip, allocationId) ??
    refuse("InvalidAllocationID.NotFound", `The allocation ID '${allocationId}' does not exist`);
  if (holderOf(address, world) !== undefined)
    refuse("Resource.AlreadyAssociated", `Elastic IP address [${allocationId}] is already associated`);
  return address;
}

const gatewaysInZone = (zone: string, world: World): number =>
  world.all(natGateway).filter(({ state }) => zoneOf(state.subnetId, world) === zone).length;

const gatewaysIn = (subnetId: string, world: World): number =>
  world.all(natGateway).filter(({ state }) => state.subnetId === subnetId).length;

const zoneOf = (subnetId: string | undefined, world: World): string | undefined =>
  subnetId === undefined ? undefined : world.get(subnet, subnetId)?.state.availabilityZone;
