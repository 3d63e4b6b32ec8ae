import type { CustomerGateway, CustomerGatewayArgs } from "@pulumi/aws/ec2/customerGateway.js";
import type { VpnConnection, VpnConnectionArgs } from "@pulumi/aws/ec2/vpnConnection.js";
import { addressIn, overlaps, parseAddress } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { logGroup } from "./cloudWatchLogs.ts";
import { transitGateway, transitGatewayOf } from "./ec2TransitGateway.ts";
import { here } from "./ec2Vpc.ts";
import { insideRange, tunnelInputs, tunnelProblems } from "./ec2VpnTunnel.ts";
import { arn, awsService, demandOne, ec2Id, oneOf } from "./resource.ts";

const CUSTOMER_GATEWAYS = 50;
const CONNECTIONS_IN_A_REGION = 50;

/** Ranges in which no gateway can be reached. */
const UNREACHABLE = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"];

export const customerGateway = awsService<CustomerGatewayArgs, CustomerGateway>(
  "aws:ec2/customerGateway:CustomerGateway",
  {
    api: ec2("Customer Gateway", { update: "CreateTags" }),
    replaceOn: ["bgpAsn", "bgpAsnExtended", "certificateArn", "deviceName", "ipAddress", "type"],
    references: ({ arn }) => [arn],
    check: (input) => [
      ...oneOf("type", input.type, ["ipsec.1"]),
      ...asnProblems("bgpAsn", input.bgpAsn, 1, 2_147_483_647),
      ...asnProblems("bgpAsnExtended", input.bgpAsnExtended, 2_147_483_648, 4_294_967_295),
      ...(input.bgpAsn !== undefined && input.bgpAsnExtended !== undefined
        ? ([["bgpAsnExtended", "conflicts with bgpAsn"]] as [string, string][])
        : []),
      ...(input.ipAddress === undefined || parseAddress(input.ipAddress) !== undefined
        ? []
        : ([
            [
              "ipAddress",
              `expected ip_address to contain a valid IPv4 address, got: ${input.ipAddress} (InvalidParameterValue)`,
            ],
          ] as [string, string][])),
      ...(input.deviceName === undefined || (input.deviceName.length >= 1 && input.deviceName.length <= 255)
        ? []
        : ([["deviceName", "expected length of device_name to be in the range (1 - 255)"]] as [string, string][])),
    ],
    create: (input, world) => {
      demandOne(input, ["ipAddress", "certificateArn"]);
      const { ipAddress } = input;
      if (ipAddress !== undefined && UNREACHABLE.some((range) => overlaps(range, `${ipAddress}/32`)))
        refuse("InvalidParameterValue", `Value (${ipAddress}) for parameter ipAddress is invalid. Invalid IP address`);
      if (input.certificateArn !== undefined)
        refuse(
          "InvalidParameterValue",
          `Value (${input.certificateArn}) for parameter certificateArn is invalid. Certificate does not exist.`,
        );
      if (here(customerGateway, world).length >= CUSTOMER_GATEWAYS)
        refuse("CustomerGatewayLimitExceeded", "The maximum number of customer gateways has been reached.");
      const id = ec2Id(world, "cgw");
      return {
        id,
        arn: arn(world, "ec2", `customer-gateway/${id}`),
        ...(input.bgpAsn === undefined && input.bgpAsnExtended === undefined && { bgpAsn: "65000" }),
      };
    },
    remove: (current, world) => {
      if (world.all(vpnConnection).some(({ state }) => state.customerGatewayId === current.id))
        refuse("IncorrectState", `The customer gateway is in use.`);
    },
  },
);

function asnProblems(property: string, asn: string | undefined, low: number, high: number): [string, string][] {
  if (asn === undefined || (/^\d+$/.test(asn) && Number(asn) >= low && Number(asn) <= high)) return [];
  return [[property, `"${asn}" is not a valid ASN: must be between ${low} and ${high} (InvalidParameterValue)`]];
}

export const vpnConnection = awsService<VpnConnectionArgs, VpnConnection>("aws:ec2/vpnConnection:VpnConnection", {
  api: ec2("VPN Connection", {
    create: "CreateVpnConnection",
    update: "ModifyVpnTunnelOptions",
    remove: "DeleteVpnConnection",
  }),
  replaceOn: [
    ...[
      "enableAcceleration",
      "outsideIpAddressType",
      "staticRoutesOnly",
      "transportTransitGatewayAttachmentId",
      "type",
    ],
    ...[
      "tunnelInsideIpVersion",
      "tunnel1InsideCidr",
      "tunnel1InsideIpv6Cidr",
      "tunnel2InsideCidr",
      "tunnel2InsideIpv6Cidr",
    ],
    ...["presharedKeyStorage", "vpnConcentratorId"],
  ],
  references: ({ arn, transitGatewayAttachmentId }) => [arn, transitGatewayAttachmentId],
  seconds: { create: 240, update: 240, remove: 120 },
  check: (input) => [
    ...oneOf("type", input.type, ["ipsec.1"]),
    ...oneOf("outsideIpAddressType", input.outsideIpAddressType, ["PublicIpv4", "PrivateIpv4"]),
    ...oneOf("tunnelInsideIpVersion", input.tunnelInsideIpVersion, ["ipv4", "ipv6"]),
    ...oneOf("presharedKeyStorage", input.presharedKeyStorage, ["Standard", "SecretsManager"]),
    ...oneOf("tunnelBandwidth", input.tunnelBandwidth, ["standard", "large"]),
    ...(input.transitGatewayId !== undefined && input.vpnGatewayId !== undefined
      ? ([["vpnGatewayId", "conflicts with transitGatewayId"]] as [string, string][])
      : []),
    ...tunnelProblems(1, tunnelInputs(input, 1)),
    ...tunnelProblems(2, tunnelInputs(input, 2)),
  ],
  create: (input, world) => {
    const peer = peerOf(input.customerGatewayId, world);
    demandOne(input, ["transitGatewayId", "vpnGatewayId"]);
    // Virtual private gateways are not modelled, so none exists.
    if (input.vpnGatewayId !== undefined)
      refuse("InvalidVpnGatewayID.NotFound", `The vpnGateway ID '${input.vpnGatewayId}' does not exist`);
    const gateway = transitGatewayOf(input.transitGatewayId ?? "", world);
    if (here(vpnConnection, world).length >= CONNECTIONS_IN_A_REGION)
      refuse("VpnConnectionLimitExceeded", "The maximum number of VPN connections has been reached.");
    checkConnection(input, world);
    const id = ec2Id(world, "vpn");
    const asn = String(gateway.state.amazonSideAsn ?? 64_512);
    const [first, second] = [1, 2].map((number) => {
      const options = tunnelInputs(input, number === 1 ? 1 : 2);
      const insideCidr = options.insideCidr ?? insideRange(Number.parseInt(world.hex(4), 16));
      return {
        address: world.publicAddress(),
        insideCidr,
        vgwInside: addressIn(insideCidr, 1),
        cgwInside: addressIn(insideCidr, 2),
        key: options.presharedKey ?? `k${world.hex(31)}`,
      };
    });
    if (first === undefined || second === undefined) throw new Error("a connection has two tunnels");
    return {
      id,
      arn: arn(world, "ec2", `vpn-connection/${id}`),
      coreNetworkArn: "",
      coreNetworkAttachmentArn: "",
      customerGatewayConfiguration: configuration(id, peer.state.ipAddress ?? "", asn, [first, second]),
      enableAcceleration: input.enableAcceleration ?? false,
      localIpv4NetworkCidr: input.localIpv4NetworkCidr ?? "0.0.0.0/0",
      localIpv6NetworkCidr: input.localIpv6NetworkCidr ?? "",
      remoteIpv4NetworkCidr: input.remoteIpv4NetworkCidr ?? "0.0.0.0/0",
      remoteIpv6NetworkCidr: input.remoteIpv6NetworkCidr ?? "",
      outsideIpAddressType: input.outsideIpAddressType ?? "PublicIpv4",
      presharedKeyArn: "",
      presharedKeyStorage: input.presharedKeyStorage ?? "Standard",
      routes: [],
      staticRoutesOnly: input.staticRoutesOnly ?? false,
      transitGatewayAttachmentId: ec2Id(world, "tgw-attach"),
      tunnelBandwidth: input.tunnelBandwidth ?? "standard",
      tunnelInsideIpVersion: input.tunnelInsideIpVersion ?? "ipv4",
      tunnel1Address: first.address,
      tunnel1BgpAsn: asn,
      tunnel1BgpHoldtime: 30,
      tunnel1CgwInsideAddress: first.cgwInside,
      tunnel1InsideCidr: first.insideCidr,
      tunnel1InsideIpv6Cidr: "",
      tunnel1LogOptions: (input.tunnel1LogOptions ?? NO_LOGS) as OutputsOf<VpnConnection>["tunnel1LogOptions"],
      tunnel1PresharedKey: first.key,
      tunnel1VgwInsideAddress: first.vgwInside,
      tunnel2Address: second.address,
      tunnel2BgpAsn: asn,
      tunnel2BgpHoldtime: 30,
      tunnel2CgwInsideAddress: second.cgwInside,
      tunnel2InsideCidr: second.insideCidr,
      tunnel2InsideIpv6Cidr: "",
      tunnel2LogOptions: (input.tunnel2LogOptions ?? NO_LOGS) as OutputsOf<VpnConnection>["tunnel2LogOptions"],
      tunnel2PresharedKey: second.key,
      tunnel2VgwInsideAddress: second.vgwInside,
      vgwTelemetries: [],
    };
  },
  update: (input, current, world) => {
    peerOf(input.customerGatewayId, world);
    const gateway = world.get(transitGateway, input.transitGatewayId);
    if (gateway === undefined) transitGatewayOf(input.transitGatewayId ?? "", world);
    checkConnection(input, world);
    const asn = String(gateway?.state.amazonSideAsn ?? current.state.tunnel1BgpAsn);
    return { tunnel1BgpAsn: asn, tunnel2BgpAsn: asn };
  },
  remove: () => {},
});

const NO_LOGS = { cloudwatchLogOptions: { logEnabled: false, logGroupArn: "", logOutputFormat: "" } };

const peerOf = (id: string, world: World): Stored<OutputsOf<CustomerGateway>> =>
  world.get(customerGateway, id) ??
  refuse("InvalidCustomerGatewayID.NotFound", `The customerGateway ID '${id}' does not exist`);

/** What the API finds wrong with a connection beyond the form of its single values. */
function checkConnection(input: Parameters<typeof tunnelInputs>[0], world: World): void {
  const tunnels = [tunnelInputs(input, 1), tunnelInputs(input, 2)];
  const [one, other] = tunnels.map(({ insideCidr }) => insideCidr);
  if (one !== undefined && one === other)
    refuse("InvalidParameterValue", `Tunnel inside CIDR ${one} cannot be used for both tunnels of a VPN connection.`);
  for (const { logOptions } of tunnels) {
    const logs = logOptions?.cloudwatchLogOptions;
    for (const [enabled, group] of [
      [logs?.logEnabled, logs?.logGroupArn],
      [logs?.bgpLogEnabled, logs?.bgpLogGroupArn],
    ]) {
      if (enabled !== true) continue;
      if (typeof group !== "string")
        refuse("MissingParameter", "LogGroupArn is required when tunnel logging is enabled.");
      else if (world.get(logGroup, group.replace(/:\*$/, "")) === undefined)
        refuse(
          "InvalidParameterValue",
          `Value (${group}) for parameter LogGroupArn is invalid. The log group does not exist.`,
        );
    }
  }
}

/** The document from which the peer's side is configured, in short. */
const configuration = (
  id: string,
  peer: string,
  asn: string,
  tunnels: { address: string; vgwInside: string; cgwInside: string; key: string }[],
): string =>
  `<?xml version="1.0" encoding="UTF-8"?><vpn_connection id="${id}">${tunnels
    .map(
      ({ address, vgwInside, cgwInside, key }) =>
        `<ipsec_tunnel><customer_gateway><tunnel_outside_address><ip_address>${peer}</ip_address></tunnel_outside_address><tunnel_inside_address><ip_address>${cgwInside}</ip_address></tunnel_inside_address></customer_gateway><vpn_gateway><tunnel_outside_address><ip_address>${address}</ip_address></tunnel_outside_address><tunnel_inside_address><ip_address>${vgwInside}</ip_address></tunnel_inside_address><bgp><asn>${asn}</asn></bgp></vpn_gateway><ike><pre_shared_key>${key}</pre_shared_key></ike></ipsec_tunnel>`,
    )
    .join("")}</vpn_connection>`;
