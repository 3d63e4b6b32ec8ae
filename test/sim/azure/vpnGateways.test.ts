import { test } from "node:test";
import { publicAddress, withNetwork } from "./baseline.ts";
import { GATEWAY, gatewaySite } from "./gatewaySite.ts";
import { refuses, Subscription } from "./subscription.ts";

const site = await gatewaySite();
const { azure, gateway, configuration, apipa, both, first, second, nodes, gatewaySubnet } = site;
const zonal = await publicAddress(azure, "zonal", { zones: ["1"] });
const spare = await publicAddress(azure, "spare");
const regional = await publicAddress(azure, "regional", { zones: undefined });
const sku = (name: string) => gateway({ sku: { name, tier: name } });

const gateways: [why: string, code: string, inputs: object][] = [
  ["a gateway without zones", "NonAzSkusNotAllowedForVPNGateway", sku("VpnGw2")],
  ["a gateway of an old kind", "InvalidGatewaySkuSpecifiedForGatewayDeploymentType", sku("HighPerformance")],
  ["a SKU of another generation", "VpnGatewayGenerationNotSupportedForSku", sku("VpnGw1AZ")],
  [
    "a tier other than the SKU's",
    "VirtualNetworkGatewaySkuTierMismatch",
    gateway({ sku: { name: "VpnGw2AZ", tier: "VpnGw1AZ" } }),
  ],
  [
    "active-active with one address",
    "ActiveActiveGatewayMustHaveExactlyTwoIpConfigurations",
    gateway({ ipConfigurations: both.slice(0, 1) }),
  ],
  [
    "two addresses without active-active",
    "ActiveStandbyGatewayMustHaveExactlyOneIpConfiguration",
    gateway({ activeActive: false }),
  ],
  [
    "a gateway without a public address",
    "PublicIpForGatewayIsRequired",
    gateway({ ipConfigurations: [{ name: "i0", subnet: { id: gatewaySubnet.id } }, both[1]] }),
  ],
  [
    "one address for both instances",
    "PublicIPAddressInUse",
    gateway({ ipConfigurations: [both[0], configuration("i1", first.id)] }),
  ],
  [
    "instances in different zones",
    "ActiveActiveGatewayPublicIPAddressesDiffersInSkuOrZones",
    gateway({ ipConfigurations: [both[0], configuration("i1", zonal.id)] }),
  ],
  [
    "an address without zones",
    "VmssVpnGatewayPublicIpsMustHaveZonesConfigured",
    gateway({ ipConfigurations: [both[0], configuration("i1", regional.id)] }),
  ],
  [
    "a subnet that is not GatewaySubnet",
    "InvalidVirtualNetworkGatewaySubnet",
    gateway({ ipConfigurations: [configuration("i0", first.id, nodes.id), configuration("i1", second.id, nodes.id)] }),
  ],
  [
    "a subnet that does not exist",
    "InvalidResourceReference",
    gateway({ ipConfigurations: [configuration("i0", first.id, `${gatewaySubnet.id}s`), both[1]] }),
  ],
  ["Azure's own ASN 65517", "InvalidBgpAsn", gateway({ bgpSettings: { ...apipa("gw"), asn: 65517 } })],
  ["Microsoft's public ASN 12076", "InvalidBgpAsn", gateway({ bgpSettings: { ...apipa("gw"), asn: 12076 } })],
  ["IANA's documentation ASN 64500", "InvalidBgpAsn", gateway({ bgpSettings: { ...apipa("gw"), asn: 64500 } })],
  [
    "a BGP address below Azure's range",
    "InvalidCustomBgpIpAddress",
    gateway({ bgpSettings: apipa("gw", ["169.254.20.2"], []) }),
  ],
  [
    "a BGP address above Azure's range",
    "InvalidCustomBgpIpAddress",
    gateway({ bgpSettings: apipa("gw", ["169.254.23.2"], []) }),
  ],
  [
    "a BGP address on both instances",
    "DuplicateCustomBgpIpAddress",
    gateway({ bgpSettings: apipa("gw", ["169.254.21.2"], ["169.254.21.2"]) }),
  ],
  [
    "BGP addresses for another gateway",
    "InvalidBgpPeeringAddressIpConfiguration",
    gateway({ bgpSettings: apipa("other", ["169.254.21.2"]) }),
  ],
];
for (const [why, code, inputs] of gateways) {
  await test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(GATEWAY, { ...inputs })));
}

test("a gateway subnet smaller than /27 holds no gateway", async () => {
  const own = await withNetwork(new Subscription());
  const small = await own.subnet("GatewaySubnet", "10.2.192.0/28");
  const addresses = [await publicAddress(own.azure, "a"), await publicAddress(own.azure, "b")];
  const ipConfigurations = addresses.map(({ id }, instance) => configuration(`i${instance}`, id, small.id));
  await refuses("GatewaySubnetTooSmall", own.azure.create(GATEWAY, gateway({ ipConfigurations })));
});

// Each of the above is refused before the network's one gateway stands.
const made = await azure.create(GATEWAY, gateway());

test("a network has one VPN gateway, and it stays of its kind", async () => {
  const again = gateway({
    virtualNetworkGatewayName: "gw2",
    activeActive: false,
    bgpSettings: { asn: 64601 },
    ipConfigurations: [configuration("i0", spare.id)],
  });
  await refuses("VirtualNetworkGatewayOfSameTypeAlreadyExists", azure.create(GATEWAY, again));
  await refuses(
    "VirtualNetworkGatewayPropertyCannotBeUpdated",
    azure.update(GATEWAY, made, { vpnGatewayGeneration: "Generation1" }),
  );
});
