import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { baseline, T } from "./baseline.ts";

const given = await baseline();
const { account, transit, vpc, subnetA, subnetB } = given;
const connection = { type: "ipsec.1", customerGatewayId: given.customer.id, transitGatewayId: transit.id };
const other = await account.make(T.vpc, { cidrBlock: "10.8.0.0/16" });
const otherSubnet = await account.make(T.subnet, { vpcId: other.id, cidrBlock: "10.8.0.0/20" });
const pending = await account.make(T.transit, { region: "eu-west-1", amazonSideAsn: 64602 });
const unanswered = await account.make(T.peering, {
  transitGatewayId: transit.id,
  peerTransitGatewayId: pending.id,
  peerRegion: "eu-west-1",
});
const table = transit.state.associationDefaultRouteTableId;

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  ["an ASN that is not private", /amazonSideAsn to be in the range/, T.transit, { amazonSideAsn: 7224 }],
  [
    "a switch neither on nor off",
    /vpnEcmpSupport to be one of \[disable, enable\]/,
    T.transit,
    { vpnEcmpSupport: "on" },
  ],
  [
    "an attachment to no gateway",
    /InvalidTransitGatewayID\.NotFound: Transit Gateway tgw-0dead was deleted or does not exist\./,
    T.attachment,
    { transitGatewayId: "tgw-0dead", vpcId: vpc.id, subnetIds: [subnetA.id] },
  ],
  [
    "a second attachment of a VPC",
    /DuplicateTransitGatewayAttachment: tgw-.* has non-deleted Transit Gateway Attachments with same VPC ID\./,
    T.attachment,
    { transitGatewayId: transit.id, vpcId: vpc.id, subnetIds: [subnetA.id] },
  ],
  [
    "an attachment twice in a zone",
    /DuplicateSubnetsInSameZone/,
    T.attachment,
    { transitGatewayId: transit.id, vpcId: other.id, subnetIds: [otherSubnet.id, otherSubnet.id] },
  ],
  [
    "an attachment in another VPC's subnet",
    /does not belong to VPC/,
    T.attachment,
    { transitGatewayId: transit.id, vpcId: other.id, subnetIds: [subnetB.id] },
  ],
  [
    "an attachment to a gateway elsewhere",
    /InvalidTransitGatewayID\.NotFound/,
    T.attachment,
    { transitGatewayId: given.farTransit.id, vpcId: other.id, subnetIds: [otherSubnet.id] },
  ],
  [
    "a transit route in no table",
    /InvalidRouteTableID\.NotFound/,
    T.transitRoute,
    {
      transitGatewayRouteTableId: "tgw-rtb-0dead",
      transitGatewayAttachmentId: given.peering.id,
      destinationCidrBlock: "10.9.0.0/16",
    },
  ],
  [
    "a transit route to nowhere",
    /MissingParameter/,
    T.transitRoute,
    { transitGatewayRouteTableId: table, destinationCidrBlock: "10.9.0.0/16" },
  ],
  [
    "a transit route to no attachment",
    /InvalidTransitGatewayAttachmentID\.NotFound/,
    T.transitRoute,
    {
      transitGatewayRouteTableId: table,
      transitGatewayAttachmentId: "tgw-attach-0dead",
      destinationCidrBlock: "10.9.0.0/16",
    },
  ],
  [
    "a transit route twice",
    /RouteAlreadyExists/,
    T.transitRoute,
    {
      transitGatewayRouteTableId: table,
      transitGatewayAttachmentId: given.peering.id,
      destinationCidrBlock: "10.2.0.0/16",
    },
  ],
  [
    "a transit route over a peering that nobody accepted",
    /IncorrectState/,
    T.transitRoute,
    {
      transitGatewayRouteTableId: table,
      transitGatewayAttachmentId: unanswered.id,
      destinationCidrBlock: "10.9.0.0/16",
    },
  ],
  [
    "a peering with no gateway",
    /InvalidTransitGatewayID\.NotFound/,
    T.peering,
    { transitGatewayId: transit.id, peerTransitGatewayId: "tgw-0dead", peerRegion: "us-west-2" },
  ],
  [
    "a peering with a gateway in another region",
    /InvalidTransitGatewayID\.NotFound/,
    T.peering,
    { transitGatewayId: transit.id, peerTransitGatewayId: given.farTransit.id, peerRegion: "eu-west-1" },
  ],
  [
    "a second peering of a pair",
    /DuplicateTransitGatewayAttachment/,
    T.peering,
    { transitGatewayId: transit.id, peerTransitGatewayId: given.farTransit.id, peerRegion: "us-west-2" },
  ],
  [
    "accepting one's own request",
    /InvalidTransitGatewayAttachmentID\.NotFound/,
    T.accepter,
    { region: "us-east-1", transitGatewayAttachmentId: unanswered.id },
  ],
  [
    "a customer gateway of another kind",
    /type to be one of \[ipsec\.1\]/,
    T.customer,
    { type: "ipsec.2", ipAddress: "20.1.1.1", bgpAsn: "65000" },
  ],
  [
    "a customer gateway at no address",
    /valid IPv4 address/,
    T.customer,
    { type: "ipsec.1", ipAddress: "20.1.1", bgpAsn: "65000" },
  ],
  [
    "a customer gateway at a link-local address",
    /InvalidParameterValue: Value \(169\.254\.1\.1\)/,
    T.customer,
    { type: "ipsec.1", ipAddress: "169.254.1.1", bgpAsn: "65000" },
  ],
  ["a customer gateway without an address", /MissingParameter/, T.customer, { type: "ipsec.1", bgpAsn: "65000" }],
  ["an ASN of 0", /not a valid ASN/, T.customer, { type: "ipsec.1", ipAddress: "20.1.1.1", bgpAsn: "0" }],
  [
    "an extended ASN where a plain one belongs",
    /not a valid ASN/,
    T.customer,
    { type: "ipsec.1", ipAddress: "20.1.1.1", bgpAsn: "4200000000" },
  ],
  [
    "a connection to no customer gateway",
    /InvalidCustomerGatewayID\.NotFound: The customerGateway ID 'cgw-0dead' does not exist/,
    T.vpn,
    { ...connection, customerGatewayId: "cgw-0dead" },
  ],
  [
    "a connection to no transit gateway",
    /InvalidTransitGatewayID\.NotFound/,
    T.vpn,
    { ...connection, transitGatewayId: "tgw-0dead" },
  ],
  ["a connection to nothing", /MissingParameter/, T.vpn, { type: "ipsec.1", customerGatewayId: given.customer.id }],
  ["a key that begins with 0", /cannot start with 0/, T.vpn, { ...connection, tunnel1PresharedKey: "0abcdefgh" }],
  ["a key that is too short", /8 to 64 letters/, T.vpn, { ...connection, tunnel1PresharedKey: "short" }],
  ["a key with a plus", /PreSharedKey is invalid/, T.vpn, { ...connection, tunnel2PresharedKey: "abc+defgh1" }],
  [
    "an inside range larger than /30",
    /size \/30 CIDR block/,
    T.vpn,
    { ...connection, tunnel1InsideCidr: "169.254.21.0/29" },
  ],
  ["an inside range elsewhere", /169\.254\.0\.0\/16/, T.vpn, { ...connection, tunnel1InsideCidr: "10.0.0.0/30" }],
  [
    "an inside range that AWS keeps",
    /reserved by AWS/,
    T.vpn,
    { ...connection, tunnel1InsideCidr: "169.254.169.252/30" },
  ],
  [
    "one inside range for both tunnels",
    /cannot be used for both tunnels/,
    T.vpn,
    { ...connection, tunnel1InsideCidr: "169.254.21.8/30", tunnel2InsideCidr: "169.254.21.8/30" },
  ],
  [
    "a phase 1 of nine hours",
    /tunnel1Phase1LifetimeSeconds to be in the range \(900 - 28800\)/,
    T.vpn,
    { ...connection, tunnel1Phase1LifetimeSeconds: 32_400 },
  ],
  [
    "a phase 2 of two hours",
    /tunnel2Phase2LifetimeSeconds to be in the range \(900 - 3600\)/,
    T.vpn,
    { ...connection, tunnel2Phase2LifetimeSeconds: 7_200 },
  ],
  [
    "a phase 2 longer than phase 1",
    /must be less than phase 1/,
    T.vpn,
    { ...connection, tunnel1Phase1LifetimeSeconds: 900 },
  ],
  [
    "a group that AWS lacks",
    /tunnel1Phase1DhGroupNumbers to be one of/,
    T.vpn,
    { ...connection, tunnel1Phase1DhGroupNumbers: [5] },
  ],
  [
    "a cipher that AWS lacks",
    /tunnel1Phase2EncryptionAlgorithms to be one of/,
    T.vpn,
    { ...connection, tunnel1Phase2EncryptionAlgorithms: ["3DES"] },
  ],
  [
    "IKE version 3",
    /tunnel1IkeVersions to be one of \[ikev1, ikev2\]/,
    T.vpn,
    { ...connection, tunnel1IkeVersions: ["ikev3"] },
  ],
  [
    "a peer declared dead after 10 s",
    /tunnel1DpdTimeoutSeconds/,
    T.vpn,
    { ...connection, tunnel1DpdTimeoutSeconds: 10 },
  ],
  [
    "logs to no group",
    /log group does not exist/,
    T.vpn,
    {
      ...connection,
      tunnel1LogOptions: {
        cloudwatchLogOptions: { logEnabled: true, logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:none" },
      },
    },
  ],
];

test("a link that could never come up is refused when it is made", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("a refused key is not repeated in the message, which ends up in logs", async () => {
  const said = await saidTo(() => account.make(T.vpn, { ...connection, tunnel1PresharedKey: "0supersecret" }));
  assert.doesNotMatch(said, /supersecret/);
});

test("a gateway that carries traffic cannot be deleted", async () => {
  assert.match(
    await saidTo(() => account.remove(T.transit, transit)),
    /IncorrectState: tgw-.* has non-deleted VPC Attachments/,
  );
  assert.match(await saidTo(() => account.remove(T.customer, given.customer)), /IncorrectState/);
  assert.match(await saidTo(() => account.remove(T.vpc, vpc)), /DependencyViolation/);
});

test("the gateway's ASN cannot move under its BGP sessions", async () => {
  const said = await saidTo(() => account.change(T.transit, transit, { amazonSideAsn: 64700 }));
  assert.match(said, /IncorrectState/);
});

test("AWS takes the first address of each inside range for itself, so the peer's is the second", () => {
  assert.equal(given.vpn.state.tunnel1VgwInsideAddress, "169.254.21.1");
  assert.equal(given.vpn.state.tunnel1CgwInsideAddress, "169.254.21.2");
  assert.notEqual(given.vpn.state.tunnel1Address, given.vpn.state.tunnel2Address);
});
