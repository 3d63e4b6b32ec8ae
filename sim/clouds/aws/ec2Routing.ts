import type { Route, RouteArgs } from "@pulumi/aws/ec2/route.js";
import type { RouteTable, RouteTableArgs } from "@pulumi/aws/ec2/routeTable.js";
import type { RouteTableAssociation, RouteTableAssociationArgs } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { contains } from "../../ipv4.ts";
import { type OutputsOf, refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { natGateway } from "./ec2Nat.ts";
import { transitGateway, vpcAttachment } from "./ec2TransitGateway.ts";
import { internetGateway, rangeProblems, subnet, subnetOf, vpc, vpcOf } from "./ec2Vpc.ts";
import { vpcEndpoint } from "./ec2VpcEndpoint.ts";
import { arn, atMostOne, awsService, demandOne, ec2Id } from "./resource.ts";

const TABLES_IN_A_VPC = 200;
const ROUTES_IN_A_TABLE = 500;

const DESTINATIONS = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"] as const;
const TARGETS = [
  "carrierGatewayId",
  "coreNetworkArn",
  "egressOnlyGatewayId",
  "gatewayId",
  "localGatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "odbNetworkArn",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
] as const;

/** What a route names, whether it stands alone or inside of its table. */
interface RouteFacts {
  destination: string;
  gatewayId?: string | undefined;
  natGatewayId?: string | undefined;
  transitGatewayId?: string | undefined;
  vpcEndpointId?: string | undefined;
}

export const routeTable = awsService<RouteTableArgs, RouteTable>("aws:ec2/routeTable:RouteTable", {
  api: ec2("Route Table", { update: "ReplaceRoute" }),
  replaceOn: ["vpcId"],
  references: ({ arn }) => [arn],
  create: (input, world) => {
    const parent = vpcOf(input.vpcId, world);
    if (world.all(routeTable).filter(({ state }) => state.vpcId === parent.id).length >= TABLES_IN_A_VPC)
      refuse("RouteTableLimitExceeded", "The maximum number of route tables has been reached.");
    checkInline(input.routes, parent.id, world);
    const id = ec2Id(world, "rtb");
    return {
      id,
      arn: arn(world, "ec2", `route-table/${id}`),
      ownerId: world.account,
      routes: inline(input.routes),
      propagatingVgws: input.propagatingVgws ?? [],
    };
  },
  update: (input, _, world) => {
    checkInline(input.routes, input.vpcId, world);
    return { routes: inline(input.routes), propagatingVgws: input.propagatingVgws ?? [] };
  },
  remove: (current, world) => {
    if (world.all(routeTableAssociation).some(({ state }) => state.routeTableId === current.id))
      refuse("DependencyViolation", `The routeTable '${current.id}' has dependencies and cannot be deleted.`);
  },
});

type InlineRoutes =
  | {
      cidrBlock?: string | undefined;
      gatewayId?: string | undefined;
      natGatewayId?: string | undefined;
      transitGatewayId?: string | undefined;
      vpcEndpointId?: string | undefined;
    }[]
  | undefined;

function checkInline(routes: InlineRoutes, vpcId: string, world: World): void {
  const seen = new Set<string>();
  for (const { cidrBlock: destination = "", ...targets } of routes ?? []) {
    if (seen.has(destination)) refuse("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
    seen.add(destination);
    checkRoute({ destination, ...targets }, vpcId, "the route table", world);
  }
}

const inline = (routes: InlineRoutes) => (routes ?? []) as OutputsOf<RouteTable>["routes"];

export const routeTableAssociation = awsService<RouteTableAssociationArgs, RouteTableAssociation>(
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  {
    api: ec2("Route Table Association", {
      create: "AssociateRouteTable",
      update: "ReplaceRouteTableAssociation",
      remove: "DisassociateRouteTable",
    }),
    tagged: false,
    replaceOn: ["subnetId", "gatewayId"],
    check: (input) => atMostOne(input, ["subnetId", "gatewayId"]),
    create: (input, world) => {
      demandOne(input, ["subnetId", "gatewayId"]);
      const id = ec2Id(world, "rtbassoc");
      associable(input, id, world);
      return { id };
    },
    update: (input, current, world) => {
      associable(input, current.id, world);
      return {};
    },
    remove: () => {},
  },
);

function associable(
  {
    subnetId,
    gatewayId,
    routeTableId,
  }: { subnetId?: string | undefined; gatewayId?: string | undefined; routeTableId: string },
  id: string,
  world: World,
): void {
  const table = tableOf(routeTableId, world);
  if (subnetId !== undefined) {
    const member = subnetOf(subnetId, world);
    if (member.state.vpcId !== table.vpcId)
      refuse(
        "InvalidParameterValue",
        `Route table ${routeTableId} and subnet ${subnetId} belong to different networks`,
      );
  }
  const taken = world
    .all(routeTableAssociation)
    .some(
      (other) =>
        other.id !== id &&
        ((subnetId !== undefined && other.state.subnetId === subnetId) ||
          (gatewayId !== undefined && other.state.gatewayId === gatewayId)),
    );
  if (taken)
    refuse(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${routeTableId} conflicts with an existing association`,
    );
}

export const route = awsService<RouteArgs, Route>("aws:ec2/route:Route", {
  api: ec2("Route", { create: "CreateRoute", update: "ReplaceRoute" }),
  tagged: false,
  replaceOn: ["routeTableId", ...DESTINATIONS],
  check: (input) => [
    ...rangeProblems("destinationCidrBlock", input.destinationCidrBlock, 0, 32, "InvalidParameterValue"),
    ...atMostOne(input, DESTINATIONS),
    ...atMostOne(input, TARGETS),
  ],
  create: (input, world) => {
    demandOne(input, DESTINATIONS);
    demandOne(input, TARGETS, "InvalidParameterCombination");
    const table = tableOf(input.routeTableId, world);
    const destination = destinationOf(input);
    if (routesOf(table.id, world).some((other) => other.destination === destination))
      refuse(
        "RouteAlreadyExists",
        `Route in Route Table (${table.id}) with destination (${destination}) already exists. The route identified by ${destination} already exists.`,
      );
    if (routesOf(table.id, world).length >= ROUTES_IN_A_TABLE)
      refuse("RouteLimitExceeded", "The maximum number of routes has been reached.");
    checkRoute({ destination, ...input }, table.vpcId, table.id, world);
    return {
      id: `r-${table.id}${hash(destination)}`,
      origin: "CreateRoute",
      state: "active",
      instanceId: "",
      instanceOwnerId: "",
      networkInterfaceId: input.networkInterfaceId ?? "",
    };
  },
  update: (input, _, world) => {
    const table = tableOf(input.routeTableId, world);
    checkRoute({ destination: destinationOf(input), ...input }, table.vpcId, table.id, world);
    return {};
  },
  remove: () => {},
});

const destinationOf = (input: { [Key in (typeof DESTINATIONS)[number]]?: string | undefined }): string =>
  input.destinationCidrBlock ?? input.destinationIpv6CidrBlock ?? input.destinationPrefixListId ?? "";

/** All routes of a table: its own resources' and those written inside of it. */
export function routesOf(routeTableId: string, world: World): RouteFacts[] {
  const inside = world.get(routeTable, routeTableId)?.state.routes ?? [];
  return [
    ...inside.map(({ cidrBlock = "", ...targets }) => ({ destination: cidrBlock, ...targets })),
    ...world
      .all(route)
      .filter(({ state }) => state.routeTableId === routeTableId)
      .map(({ state }) => ({ ...state, destination: destinationOf(state) })),
  ];
}

/** The table that a subnet's traffic follows: its own, or else the VPC's main one. */
export function effectiveTable(subnetId: string, world: World): string | undefined {
  const own = world.all(routeTableAssociation).find(({ state }) => state.subnetId === subnetId);
  return own?.state.routeTableId ?? world.get(vpc, world.get(subnet, subnetId)?.state.vpcId)?.state.mainRouteTableId;
}

/** A route table, or a VPC's main one, which is no resource of its own. */
export function tableOf(id: string, world: World): { id: string; vpcId: string } {
  const table = world.get(routeTable, id);
  if (table !== undefined) return { id, vpcId: table.state.vpcId };
  const parent = world.all(vpc).find(({ state, region }) => state.mainRouteTableId === id && region === world.region);
  if (parent !== undefined) return { id, vpcId: parent.id };
  return refuse("InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
}

function checkRoute(facts: RouteFacts, vpcId: string, tableId: string, world: World): void {
  const { destination, gatewayId, natGatewayId, transitGatewayId, vpcEndpointId } = facts;
  const network = world.get(vpc, vpcId);
  if (network !== undefined && gatewayId !== "local" && contains(network.state.cidrBlock, destination))
    refuse(
      "InvalidParameterValue",
      `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  const elsewhere = (what: string, id: string) =>
    refuse("InvalidParameterValue", `route table ${tableId} and ${what} ${id} belong to different networks`);
  if (gatewayId !== undefined && gatewayId !== "local") {
    const gateway =
      world.get(internetGateway, gatewayId) ??
      refuse("InvalidGatewayID.NotFound", `The gateway ID '${gatewayId}' does not exist`);
    if (gateway.state.vpcId !== vpcId) elsewhere("network gateway", gatewayId);
  }
  if (natGatewayId !== undefined) {
    const nat =
      world.get(natGateway, natGatewayId) ??
      refuse("InvalidNatGatewayID.NotFound", `The natGateway ID '${natGatewayId}' does not exist`);
    if (nat.state.vpcId !== vpcId) elsewhere("NAT gateway", natGatewayId);
  }
  if (transitGatewayId !== undefined) {
    const attached = world
      .all(vpcAttachment)
      .some(({ state }) => state.vpcId === vpcId && state.transitGatewayId === transitGatewayId);
    if (world.get(transitGateway, transitGatewayId) === undefined || !attached)
      refuse("InvalidTransitGatewayID.NotFound", `The transitGateway ID '${transitGatewayId}' does not exist.`);
  }
  if (vpcEndpointId !== undefined && world.get(vpcEndpoint, vpcEndpointId) === undefined)
    refuse("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${vpcEndpointId}' does not exist`);
}

/** A number that follows from a text, as the provider derives the ids of routes from their destination. */
const hash = (text: string): number =>
  [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 31, 7);
