import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUP, PLACE, placed, publicAddress, withNetwork } from "./baseline.ts";
import { refuses } from "./subscription.ts";

const { azure, network, nodes } = await withNetwork();
const address = await publicAddress(azure, "ip", { zones: ["1"] });
const nat = await azure.create("network:NatGateway", {
  ...placed,
  natGatewayName: "nat",
  zones: ["1"],
  publicIpAddresses: [{ id: address.id }],
});
const vnet = (more: object) => ({
  ...placed,
  virtualNetworkName: "other",
  addressSpace: { addressPrefixes: ["10.8.0.0/16"] },
  ...more,
});
const _space = (...addressPrefixes: string[]) => vnet({ addressSpace: { addressPrefixes } });
const ip = (more: object) => ({
  ...placed,
  publicIpAddressName: "ip2",
  sku: { name: "Standard" },
  publicIPAllocationMethod: "Static",
  ...more,
});
const natGateway = (more: object) => ({ ...placed, natGatewayName: "nat2", ...more });
const secondZone = await publicAddress(azure, "zone-two", { zones: ["2"] });

const refused: [why: string, code: string, kind: string, inputs: object][] = [
  [
    "a dynamic Standard address",
    "StandardSkuPublicIPAddressesMustBeStatic",
    "network:PublicIPAddress",
    ip({ publicIPAllocationMethod: "Dynamic" }),
  ],
  [
    "a Basic address",
    "IPv4BasicSkuPublicIpCountLimitReached",
    "network:PublicIPAddress",
    ip({ sku: { name: "Basic" } }),
  ],
  [
    "an address in a zone that does not exist",
    "AvailabilityZoneNotSupported",
    "network:PublicIPAddress",
    ip({ zones: ["4"] }),
  ],
  [
    "a zonal address where there are no zones",
    "LocationNotSupportAvailabilityZones",
    "network:PublicIPAddress",
    ip({ location: "ukwest", zones: ["1"] }),
  ],
  ["an address in two zones", "PublicIPAddressZonesInvalid", "network:PublicIPAddress", ip({ zones: ["1", "2"] })],
  [
    "a domain label that begins with a digit",
    "InvalidDomainNameLabel",
    "network:PublicIPAddress",
    ip({ dnsSettings: { domainNameLabel: "1x" } }),
  ],
  [
    "a NAT gateway in two zones",
    "NatGatewayWithMultipleZonesNotSupported",
    "network:NatGateway",
    natGateway({ zones: ["1", "2"] }),
  ],
  [
    "a NAT gateway with an address that serves another",
    "PublicIPAddressInUse",
    "network:NatGateway",
    natGateway({ publicIpAddresses: [{ id: address.id }], zones: ["1"] }),
  ],
  [
    "a NAT gateway with an address of another zone",
    "NatGatewayPublicIpZoneMismatch",
    "network:NatGateway",
    natGateway({ publicIpAddresses: [{ id: secondZone.id }], zones: ["1"] }),
  ],
  [
    "a NAT gateway that idles three hours",
    "NatGatewayIdleTimeoutIsInvalid",
    "network:NatGateway",
    natGateway({ idleTimeoutInMinutes: 180 }),
  ],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}

test("changes that Azure does not allow fail at once instead of in production", async () => {
  await refuses("ResourceAvailabilityZonesCannotBeModified", azure.update("network:NatGateway", nat, { zones: ["2"] }));
  await refuses(
    "NetcfgInvalidSubnet",
    azure.update("network:VirtualNetwork", network, { addressSpace: { addressPrefixes: ["10.2.0.0/18"] } }),
  );
  await refuses(
    "DefaultOutboundAccessCannotBeUpdated",
    azure.update("network:Subnet", nodes, { defaultOutboundAccess: false }),
  );
});

test("names of one subscription are free in another, except those that are the world's", async () => {
  const other = azure.beside("33333333-3333-3333-3333-333333333333");
  await other.create("resources:ResourceGroup", { resourceGroupName: GROUP, location: PLACE });
  const twin = await other.create("network:VirtualNetwork", vnet({ virtualNetworkName: "vnet" }));
  assert.notEqual(twin.id, network.id);
  await azure.create(
    "network:PublicIPAddress",
    ip({ publicIpAddressName: "named", dnsSettings: { domainNameLabel: "novacron" } }),
  );
  await refuses(
    "DnsRecordInUse",
    other.create("network:PublicIPAddress", ip({ dnsSettings: { domainNameLabel: "novacron" } })),
  );
});
