import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { type Baseline, baseline, T } from "./baseline.ts";

const given = await baseline();
const { account, vpc, subnetA, subnetB } = given;
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" });
const otherTable = await account.make(T.routeTable, { vpcId: other.id });
const west = await account.make(T.vpc, { region: "us-west-2", cidrBlock: "10.4.0.0/16" });

/** What EC2 refuses, with the code that it answers or, before the call, the provider's words. */
const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  ["a VPC larger than /16", /InvalidVpc\.Range/, T.vpc, { cidrBlock: "10.0.0.0/8" }],
  ["a VPC smaller than /28", /InvalidVpc\.Range/, T.vpc, { cidrBlock: "10.0.0.0/29" }],
  ["a VPC range with host bits", /did you mean "10\.0\.0\.0\/16"/, T.vpc, { cidrBlock: "10.0.1.0/16" }],
  ["a VPC in the link-local range", /InvalidVpc\.Range/, T.vpc, { cidrBlock: "169.254.0.0/16" }],
  ["a VPC without a range", /MissingParameter/, T.vpc, {}],
  ["an unknown region", /invalid AWS Region: us-east-9/, T.vpc, { region: "us-east-9", cidrBlock: "10.9.0.0/16" }],
  ["a misspelt property", /did you mean 'cidrBlock'/, T.vpc, { cidrBlok: "10.0.0.0/16" }],
  ["a reserved tag", /reserved for internal use/, T.vpc, { cidrBlock: "10.9.0.0/16", tags: { "aws:x": "y" } }],
  [
    "a subnet outside its VPC",
    /InvalidSubnet\.Range: The CIDR '10\.1\.0\.0\/24' is invalid\./,
    T.subnet,
    { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" },
  ],
  [
    "a subnet over another",
    /InvalidSubnet\.Conflict: The CIDR '10\.0\.0\.0\/24' conflicts with another subnet/,
    T.subnet,
    { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" },
  ],
  [
    "a subnet in no VPC",
    /InvalidVpcID\.NotFound: The vpc ID 'vpc-0dead' does not exist/,
    T.subnet,
    { vpcId: "vpc-0dead", cidrBlock: "10.0.64.0/24" },
  ],
  [
    "a subnet in another region's VPC",
    /InvalidVpcID\.NotFound/,
    T.subnet,
    { vpcId: west.id, cidrBlock: "10.4.0.0/24" },
  ],
  [
    "a subnet in another region's zone",
    /InvalidParameterValue: Value \(us-west-2a\) for parameter availabilityZone is invalid\. Subnets can currently only be created in/,
    T.subnet,
    { vpcId: vpc.id, cidrBlock: "10.0.64.0/24", availabilityZone: "us-west-2a" },
  ],
  ["a subnet smaller than /28", /InvalidSubnet\.Range/, T.subnet, { vpcId: vpc.id, cidrBlock: "10.0.64.0/29" }],
  ["a second internet gateway", /already has an internet gateway/, T.internetGateway, { vpcId: vpc.id }],
  ["a NAT gateway without an address", /MissingParameter/, T.nat, { subnetId: subnetA.id }],
  [
    "a NAT gateway with a taken address",
    /Resource\.AlreadyAssociated/,
    T.nat,
    { subnetId: subnetB.id, allocationId: given.address.id },
  ],
  [
    "a NAT gateway with an unknown address",
    /InvalidAllocationID\.NotFound/,
    T.nat,
    { subnetId: subnetA.id, allocationId: "eipalloc-0dead" },
  ],
  [
    "a NAT gateway in no subnet",
    /InvalidSubnetID\.NotFound/,
    T.nat,
    { subnetId: "subnet-0dead", allocationId: given.address.id },
  ],
  [
    "a private NAT gateway with a public address",
    /allocationId is not supported/,
    T.nat,
    { subnetId: subnetA.id, allocationId: given.address.id, connectivityType: "private" },
  ],
  [
    "a route without a destination",
    /MissingParameter/,
    T.route,
    { routeTableId: given.table.id, natGatewayId: given.nat.id },
  ],
  [
    "a route without a target",
    /InvalidParameterCombination/,
    T.route,
    { routeTableId: given.table.id, destinationCidrBlock: "10.9.0.0/16" },
  ],
  [
    "a route with two targets",
    /only one of/,
    T.route,
    {
      routeTableId: given.table.id,
      destinationCidrBlock: "10.9.0.0/16",
      natGatewayId: given.nat.id,
      gatewayId: given.internet.id,
    },
  ],
  [
    "a second route to one destination",
    /RouteAlreadyExists/,
    T.route,
    { routeTableId: given.table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: given.internet.id },
  ],
  [
    "a route inside the VPC",
    /equal to or more specific than one of this VPC's CIDR blocks/,
    T.route,
    { routeTableId: given.table.id, destinationCidrBlock: "10.0.1.0/24", natGatewayId: given.nat.id },
  ],
  [
    "a route in no table",
    /InvalidRouteTableID\.NotFound/,
    T.route,
    { routeTableId: "rtb-0dead", destinationCidrBlock: "10.9.0.0/16", natGatewayId: given.nat.id },
  ],
  [
    "a route to another VPC's gateway",
    /belong to different networks/,
    T.route,
    { routeTableId: otherTable.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: given.internet.id },
  ],
  [
    "a route to a NAT gateway that is none",
    /InvalidNatGatewayID\.NotFound/,
    T.route,
    { routeTableId: given.table.id, destinationCidrBlock: "10.9.0.0/16", natGatewayId: "nat-0dead" },
  ],
  [
    "a route to a gateway that the VPC is not attached to",
    /InvalidTransitGatewayID\.NotFound/,
    T.route,
    { routeTableId: otherTable.id, destinationCidrBlock: "10.9.0.0/16", transitGatewayId: given.transit.id },
  ],
  [
    "a route range with host bits",
    /not a valid IPv4 CIDR block/,
    T.route,
    { routeTableId: given.table.id, destinationCidrBlock: "10.9.0.1/16", natGatewayId: given.nat.id },
  ],
  [
    "a subnet in two tables",
    /Resource\.AlreadyAssociated/,
    T.association,
    { routeTableId: given.table.id, subnetId: subnetA.id },
  ],
  [
    "a subnet in another VPC's table",
    /belong to different networks/,
    T.association,
    { routeTableId: otherTable.id, subnetId: given.bare.id },
  ],
  ["an association with nothing", /MissingParameter/, T.association, { routeTableId: given.table.id }],
];

test("an impossible network fails on the simulator as it would on EC2", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

/** Deleting these would pull the ground from under others. */
const needed: [string, RegExp, keyof typeof T, (given: Baseline) => Parameters<typeof account.remove>[1]][] = [
  ["a VPC with subnets", /deleting EC2 VPC .* DependencyViolation: The vpc '.*' has dependencies/, "vpc", () => vpc],
  ["a subnet in use", /DependencyViolation: The subnet/, "subnet", () => subnetA],
  ["a gateway behind public addresses", /has some mapped public address/, "internetGateway", () => given.internet],
  ["an address in use", /AuthFailure/, "eip", () => given.address],
  ["a table of a subnet", /DependencyViolation: The routeTable/, "routeTable", () => given.table],
  ["a group on an endpoint", /DependencyViolation: resource sg-.* has a dependent object/, "group", () => given.group],
];

test("what others stand on cannot be deleted", async (t) => {
  for (const [what, said, type, which] of needed) {
    await t.test(what, async () => assert.match(await saidTo(() => account.remove(T[type], which(given))), said));
  }
});

test("quotas hold: a sixth VPC or an eleventh address in a region is refused", async () => {
  const fresh = await baseline();
  for (let count = 1; count < 5; count++) await fresh.account.make(T.vpc, { cidrBlock: `10.${count}.0.0/16` });
  for (let count = 1; count < 10; count++) await fresh.account.make(T.eip, {});
  assert.match(await saidTo(() => fresh.account.make(T.vpc, { cidrBlock: "10.9.0.0/16" })), /VpcLimitExceeded/);
  assert.match(await saidTo(() => fresh.account.make(T.eip, {})), /AddressLimitExceeded/);
  assert.equal(await saidTo(() => fresh.account.make(T.vpc, { region: "eu-west-1", cidrBlock: "10.9.0.0/16" })), "");
});
