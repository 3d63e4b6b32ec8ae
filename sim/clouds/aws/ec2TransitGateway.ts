import type { PeeringAttachment, PeeringAttachmentArgs } from "@pulumi/aws/ec2transitgateway/peeringAttachment.js";
import type {
  PeeringAttachmentAccepter,
  PeeringAttachmentAccepterArgs,
} from "@pulumi/aws/ec2transitgateway/peeringAttachmentAccepter.js";
import type { Route, RouteArgs } from "@pulumi/aws/ec2transitgateway/route.js";
import type { TransitGateway, TransitGatewayArgs } from "@pulumi/aws/ec2transitgateway/transitGateway.js";
import type { VpcAttachment, VpcAttachmentArgs } from "@pulumi/aws/ec2transitgateway/vpcAttachment.js";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { here, rangeProblems, subnetOf, vpcOf } from "./ec2Vpc.ts";
import { vpnConnection } from "./ec2Vpn.ts";
import { arn, awsService, ec2Id, oneOf } from "./resource.ts";

const TRANSIT_GATEWAYS = 5;
const SWITCHES = [
  ...["autoAcceptSharedAttachments", "defaultRouteTableAssociation", "defaultRouteTablePropagation", "dnsSupport"],
  ...["encryptionSupport", "multicastSupport", "securityGroupReferencingSupport", "vpnEcmpSupport"],
] as const;

const isAsn = (asn: number): boolean =>
  Number.isInteger(asn) && ((asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294));

export const transitGateway = awsService<TransitGatewayArgs, TransitGateway>(
  "aws:ec2transitgateway/transitGateway:TransitGateway",
  {
    api: ec2("Transit Gateway"),
    replaceOn: ["multicastSupport"],
    references: ({ arn, associationDefaultRouteTableId }) => [arn, associationDefaultRouteTableId],
    seconds: { create: 120, remove: 60 },
    check: (input) => [
      ...(input.amazonSideAsn === undefined || isAsn(input.amazonSideAsn)
        ? []
        : ([
            [
              "amazonSideAsn",
              `expected amazonSideAsn to be in the range (64512 - 65534) or (4200000000 - 4294967294), got ${input.amazonSideAsn} (InvalidParameterValue)`,
            ],
          ] as [string, string][])),
      ...SWITCHES.flatMap((property) =>
        oneOf(property, input[property as keyof typeof input] as string | undefined, ["disable", "enable"]),
      ),
      ...(input.transitGatewayCidrBlocks ?? []).flatMap((range) =>
        rangeProblems("transitGatewayCidrBlocks", range, 0, 24, "InvalidParameterValue"),
      ),
    ],
    create: (input, world) => {
      if (here(transitGateway, world).length >= TRANSIT_GATEWAYS)
        refuse("TransitGatewayLimitExceeded", "You have reached the limit of Transit Gateways per account.");
      const id = ec2Id(world, "tgw");
      const table = ec2Id(world, "tgw-rtb");
      const on = (value: string | undefined) => value ?? "enable";
      return {
        id,
        arn: arn(world, "ec2", `transit-gateway/${id}`),
        amazonSideAsn: input.amazonSideAsn ?? 64_512,
        associationDefaultRouteTableId: on(input.defaultRouteTableAssociation) === "enable" ? table : "",
        propagationDefaultRouteTableId: on(input.defaultRouteTablePropagation) === "enable" ? table : "",
        defaultRouteTableAssociation: on(input.defaultRouteTableAssociation),
        defaultRouteTablePropagation: on(input.defaultRouteTablePropagation),
        dnsSupport: on(input.dnsSupport),
        vpnEcmpSupport: on(input.vpnEcmpSupport),
        autoAcceptSharedAttachments: input.autoAcceptSharedAttachments ?? "disable",
        encryptionSupport: input.encryptionSupport ?? "disable",
        multicastSupport: input.multicastSupport ?? "disable",
        securityGroupReferencingSupport: input.securityGroupReferencingSupport ?? "disable",
        ownerId: world.account,
      };
    },
    update: (input, current, world) => {
      const vpn = world.all(vpnConnection).some(({ state }) => state.transitGatewayId === current.id);
      if (vpn && input.amazonSideAsn !== current.inputs.amazonSideAsn)
        refuse(
          "IncorrectState",
          `${current.id} has active BGP sessions: its ASN cannot be modified before its VPN attachments are deleted.`,
        );
      return {};
    },
    remove: (current, world) => {
      const attachments = attachmentsOf(current.id, world);
      if (attachments.length > 0)
        refuse(
          "IncorrectState",
          `${current.id} has non-deleted ${attachments[0]?.kind} Attachments: ${attachments.map(({ id }) => id).join(", ")}.`,
        );
    },
  },
);

export const transitGatewayOf = (id: string, world: World): Stored<OutputsOf<TransitGateway>> =>
  world.get(transitGateway, id) ??
  refuse("InvalidTransitGatewayID.NotFound", `Transit Gateway ${id} was deleted or does not exist.`);

export const vpcAttachment = awsService<VpcAttachmentArgs, VpcAttachment>(
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  {
    api: ec2("Transit Gateway VPC Attachment", {
      create: "CreateTransitGatewayVpcAttachment",
      update: "ModifyTransitGatewayVpcAttachment",
      remove: "DeleteTransitGatewayVpcAttachment",
    }),
    replaceOn: ["transitGatewayId", "vpcId"],
    references: ({ arn }) => [arn],
    seconds: { create: 60, remove: 60 },
    check: (input) =>
      (["applianceModeSupport", "dnsSupport", "ipv6Support", "securityGroupReferencingSupport"] as const).flatMap(
        (property) => oneOf(property, input[property], ["disable", "enable"]),
      ),
    create: (input, world) => {
      const gateway = transitGatewayOf(input.transitGatewayId, world);
      vpcOf(input.vpcId, world);
      const same = world
        .all(vpcAttachment)
        .some(({ state }) => state.vpcId === input.vpcId && state.transitGatewayId === gateway.id);
      if (same)
        refuse(
          "DuplicateTransitGatewayAttachment",
          `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`,
        );
      checkSubnets(input.subnetIds, input.vpcId, world);
      const id = ec2Id(world, "tgw-attach");
      return {
        id,
        arn: arn(world, "ec2", `transit-gateway-attachment/${id}`),
        applianceModeSupport: input.applianceModeSupport ?? "disable",
        dnsSupport: input.dnsSupport ?? "enable",
        ipv6Support: input.ipv6Support ?? "disable",
        securityGroupReferencingSupport: input.securityGroupReferencingSupport ?? "disable",
        transitGatewayDefaultRouteTableAssociation: input.transitGatewayDefaultRouteTableAssociation ?? true,
        transitGatewayDefaultRouteTablePropagation: input.transitGatewayDefaultRouteTablePropagation ?? true,
        vpcOwnerId: world.account,
      };
    },
    update: (input, _, world) => {
      checkSubnets(input.subnetIds, input.vpcId, world);
      return {};
    },
    remove: () => {},
  },
);

function checkSubnets(subnetIds: string[], vpcId: string, world: World): void {
  if (subnetIds.length === 0) refuse("MissingParameter", "Missing required parameter in request: SubnetIds.");
  const zones = new Set<string>();
  for (const subnetId of subnetIds) {
    const { state } = subnetOf(subnetId, world);
    if (state.vpcId !== vpcId) refuse("InvalidParameterValue", `Subnet ${subnetId} does not belong to VPC ${vpcId}`);
    if (zones.has(state.availabilityZone)) refuse("DuplicateSubnetsInSameZone", "Duplicate Subnets for same AZ");
    zones.add(state.availabilityZone);
  }
}

interface Attachment {
  id: string;
  kind: "VPC" | "VPN" | "Peering";
  /** False while a peering waits for the other side. */
  available: boolean;
}

/** Every attachment of a transit gateway, of whichever kind, as its region knows them. */
export function attachmentsOf(gatewayId: string, world: World): Attachment[] {
  return [
    ...world
      .all(vpcAttachment)
      .filter(({ state }) => state.transitGatewayId === gatewayId)
      .map(({ id }): Attachment => ({ id, kind: "VPC", available: true })),
    ...world
      .all(vpnConnection)
      .filter(({ state }) => state.transitGatewayId === gatewayId)
      .map(({ state }): Attachment => ({ id: state.transitGatewayAttachmentId, kind: "VPN", available: true })),
    ...world
      .all(peeringAttachment)
      .filter(({ state }) => [state.transitGatewayId, state.peerTransitGatewayId].includes(gatewayId))
      .map(({ id }): Attachment => ({ id, kind: "Peering", available: isAccepted(id, world) })),
  ];
}

export const isAccepted = (attachmentId: string, world: World): boolean =>
  world.all(peeringAccepter).some(({ state }) => state.transitGatewayAttachmentId === attachmentId);

export const transitRoute = awsService<RouteArgs, Route>("aws:ec2transitgateway/route:Route", {
  api: ec2("Transit Gateway Route", { update: "ReplaceTransitGatewayRoute" }),
  tagged: false,
  replaceOn: ["destinationCidrBlock", "transitGatewayRouteTableId", "transitGatewayAttachmentId", "blackhole"],
  check: ({ destinationCidrBlock }) =>
    rangeProblems("destinationCidrBlock", destinationCidrBlock, 0, 32, "InvalidParameterValue"),
  create: (input, world) => {
    const { transitGatewayRouteTableId: tableId, transitGatewayAttachmentId: attachmentId } = input;
    const gateway =
      world
        .all(transitGateway)
        .find(
          ({ region, state }) =>
            region === world.region &&
            [state.associationDefaultRouteTableId, state.propagationDefaultRouteTableId].includes(tableId),
        ) ??
      refuse("InvalidRouteTableID.NotFound", `Transit Gateway Route Table ${tableId} was deleted or does not exist.`);
    if (attachmentId === undefined && input.blackhole !== true)
      refuse("MissingParameter", "Missing required parameter in request: TransitGatewayAttachmentId.");
    if (attachmentId !== undefined && input.blackhole === true)
      refuse("InvalidParameterCombination", "TransitGatewayAttachmentId cannot be specified for a blackhole route.");
    if (attachmentId !== undefined) {
      const attachment =
        attachmentsOf(gateway.id, world).find(({ id }) => id === attachmentId) ??
        refuse(
          "InvalidTransitGatewayAttachmentID.NotFound",
          `Transit Gateway Attachment ${attachmentId} was deleted or does not exist.`,
        );
      if (!attachment.available) refuse("IncorrectState", `${attachmentId} is in invalid state`);
    }
    const same = world
      .all(transitRoute)
      .some(
        ({ state }) =>
          state.transitGatewayRouteTableId === tableId && state.destinationCidrBlock === input.destinationCidrBlock,
      );
    if (same)
      refuse(
        "RouteAlreadyExists",
        `Route ${input.destinationCidrBlock} already exists in Transit Gateway Route Table ${tableId}.`,
      );
    return { id: `${tableId}_${input.destinationCidrBlock}`, blackhole: input.blackhole ?? false };
  },
  remove: () => {},
});

export const peeringAttachment = awsService<PeeringAttachmentArgs, PeeringAttachment>(
  "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
  {
    api: ec2("Transit Gateway Peering Attachment"),
    replaceOn: ["transitGatewayId", "peerTransitGatewayId", "peerRegion", "peerAccountId", "options"],
    references: ({ arn }) => [arn],
    seconds: { create: 60, remove: 60 },
    check: ({ options }) => oneOf("options.dynamicRouting", options?.dynamicRouting, ["disable", "enable"]),
    create: (input, world) => {
      transitGatewayOf(input.transitGatewayId, world);
      const peer = world.getAnywhere(transitGateway, input.peerTransitGatewayId);
      const foreign = input.peerAccountId !== undefined && input.peerAccountId !== world.account;
      if (!foreign && peer?.region !== input.peerRegion)
        refuse(
          "InvalidTransitGatewayID.NotFound",
          `Transit Gateway ${input.peerTransitGatewayId} was deleted or does not exist.`,
        );
      if (input.transitGatewayId === input.peerTransitGatewayId)
        refuse("InvalidParameterValue", "A transit gateway cannot be peered with itself.");
      const pair = [input.transitGatewayId, input.peerTransitGatewayId];
      const same = world
        .all(peeringAttachment)
        .some(({ state }) => pair.includes(state.transitGatewayId) && pair.includes(state.peerTransitGatewayId));
      if (same)
        refuse(
          "DuplicateTransitGatewayAttachment",
          `${pair.join(" and ")} have non-deleted Transit Gateway Peering Attachments.`,
        );
      const id = ec2Id(world, "tgw-attach");
      return {
        id,
        arn: arn(world, "ec2", `transit-gateway-attachment/${id}`),
        peerAccountId: input.peerAccountId ?? world.account,
        // What the request leaves behind; the accepter's side tells whether it was accepted.
        state: "pendingAcceptance",
      };
    },
    remove: () => {},
  },
);

export const peeringAccepter = awsService<PeeringAttachmentAccepterArgs, PeeringAttachmentAccepter>(
  "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
  {
    api: ec2("Transit Gateway Peering Attachment Accepter", {
      create: "AcceptTransitGatewayPeeringAttachment",
      update: "CreateTags",
      remove: "DeleteTransitGatewayPeeringAttachment",
    }),
    replaceOn: ["transitGatewayAttachmentId"],
    seconds: { create: 60 },
    create: (input, world) => {
      const id = input.transitGatewayAttachmentId;
      const request = world.getAnywhere(peeringAttachment, id);
      // Only the side that was asked can accept.
      if (request === undefined || request.state.peerRegion !== world.region)
        return refuse(
          "InvalidTransitGatewayAttachmentID.NotFound",
          `Transit Gateway Attachment ${id} was deleted or does not exist.`,
        );
      if (isAccepted(id, world)) refuse("IncorrectState", `${id} is in invalid state`);
      return {
        id,
        transitGatewayId: request.state.peerTransitGatewayId,
        peerTransitGatewayId: request.state.transitGatewayId,
        peerRegion: request.region,
        peerAccountId: request.account,
      };
    },
    remove: () => {},
  },
);
