import { test } from "node:test";
import { placed } from "./baseline.ts";
import { GATEWAY, gatewaySite } from "./gatewaySite.ts";
import { refuses } from "./subscription.ts";

const { azure, gateway, configurationId, first, gatewaySubnet } = await gatewaySite();
const made = await azure.create(GATEWAY, gateway());
const site = (localNetworkGatewayName: string, more: object = {}) =>
  azure.create("network:LocalNetworkGateway", {
    ...placed,
    localNetworkGatewayName,
    gatewayIpAddress: "198.18.0.1",
    bgpSettings: { asn: 64600, bgpPeeringAddress: "169.254.21.1" },
    ...more,
  });
const aws = await site("aws");
const withoutBgp = await site("static", {
  bgpSettings: undefined,
  localNetworkAddressSpace: { addressPrefixes: ["10.0.0.0/16"] },
});
const sameAsn = await site("same-asn", { bgpSettings: { asn: 64601, bgpPeeringAddress: "169.254.21.1" } });

const policy = {
  ikeEncryption: "AES256",
  ikeIntegrity: "SHA384",
  dhGroup: "ECP384",
  ipsecEncryption: "GCMAES256",
  ipsecIntegrity: "GCMAES256",
  pfsGroup: "ECP384",
  saLifeTimeSeconds: 3600,
  saDataSizeKilobytes: 102_400_000,
};
const inside = (...addresses: string[]) =>
  addresses.map((customBgpIpAddress, instance) => ({
    ipConfigurationId: configurationId("gw", instance),
    customBgpIpAddress,
  }));
const connection = (more: object = {}) => ({
  ...placed,
  virtualNetworkGatewayConnectionName: "c",
  connectionType: "IPsec",
  virtualNetworkGateway1: { id: made.id },
  localNetworkGateway2: { id: aws.id },
  enableBgp: true,
  sharedKey: "k3y",
  gatewayCustomBgpIpAddresses: inside("169.254.21.2", "169.254.22.2"),
  ipsecPolicies: [policy],
  ...more,
});
const CONNECTION = "network:VirtualNetworkGatewayConnection";
const connections: [why: string, code: string, inputs: object][] = [
  ["a connection to nowhere", "InvalidResourceReference", connection({ localNetworkGateway2: { id: `${aws.id}x` } })],
  [
    "a connection from nowhere",
    "InvalidResourceReference",
    connection({ virtualNetworkGateway1: { id: `${made.id}x` } }),
  ],
  ["a connection without a peer", "LinkedInvalidPropertyId", connection({ localNetworkGateway2: undefined })],
  [
    "a BGP address that the gateway does not have",
    "InvalidGatewayCustomBgpIpAddress",
    connection({ gatewayCustomBgpIpAddresses: inside("169.254.21.6", "169.254.22.2") }),
  ],
  [
    "a BGP address for one instance only",
    "GatewayCustomBgpIpAddressesIncomplete",
    connection({ gatewayCustomBgpIpAddresses: inside("169.254.21.2") }),
  ],
  [
    "BGP with a peer that speaks none",
    "LocalNetworkGatewayBgpSettingsRequired",
    connection({ localNetworkGateway2: { id: withoutBgp.id } }),
  ],
  ["a peer of the same ASN", "BgpAsnsMustDiffer", connection({ localNetworkGateway2: { id: sameAsn.id } })],
  [
    "GCM with another integrity",
    "InvalidIpsecPolicy",
    connection({ ipsecPolicies: [{ ...policy, ipsecIntegrity: "SHA256" }] }),
  ],
  ["a group that Azure does not have", "dhGroup", connection({ ipsecPolicies: [{ ...policy, dhGroup: "ECP521" }] })],
  [
    "keys for four minutes",
    "InvalidIpsecPolicy",
    connection({ ipsecPolicies: [{ ...policy, saLifeTimeSeconds: 240 }] }),
  ],
  ["two policies", "IpsecPolicyCountExceeded", connection({ ipsecPolicies: [policy, policy] })],
  [
    "traffic selectors without a policy",
    "IpsecPolicyRequired",
    connection({ ipsecPolicies: undefined, usePolicyBasedTrafficSelectors: true }),
  ],
  ["a key with a space", "InvalidSharedKey", connection({ sharedKey: "my key" })],
  ["a key of 129 characters", "InvalidSharedKey", connection({ sharedKey: "k".repeat(129) })],
  ["a peer that is given up after 5 s", "InvalidConnectionProperty", connection({ dpdTimeoutSeconds: 5 })],
];
for (const [why, code, inputs] of connections) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(CONNECTION, { ...inputs })));
}

const sites: [why: string, code: string, inputs: object][] = [
  ["a peer without an address", "LocalNetworkGatewayIpAddressOrFqdnRequired", { gatewayIpAddress: undefined }],
  ["a peer whose address is none", "InvalidIPAddress", { gatewayIpAddress: "198.18.0" }],
  ["a peer with Azure's own ASN", "InvalidBgpAsn", { bgpSettings: { asn: 65515, bgpPeeringAddress: "169.254.21.1" } }],
  ["a peer with nothing behind it", "LocalNetworkGatewayAddressSpaceRequired", { bgpSettings: undefined }],
  [
    "a peer with host bits in its range",
    "InvalidCIDRNotation",
    { localNetworkAddressSpace: { addressPrefixes: ["10.0.0.1/16"] } },
  ],
  [
    "a peer that speaks BGP without an ASN",
    "LocalNetworkGatewayBgpSettingsIncomplete",
    { bgpSettings: { bgpPeeringAddress: "169.254.21.1" } },
  ],
];
for (const [why, code, more] of sites) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, site("refused", more)));
}

test("gateways, addresses and peers that carry a connection cannot be deleted", async () => {
  await azure.create(CONNECTION, connection());
  await refuses(
    "ConnectionBetweenGatewaysAlreadyExists",
    azure.create(CONNECTION, connection({ virtualNetworkGatewayConnectionName: "d" })),
  );
  await refuses("InUseVirtualNetworkGatewayCannotBeDeleted", azure.remove(GATEWAY, made.id));
  await refuses("InUseLocalNetworkGatewayCannotBeDeleted", azure.remove("network:LocalNetworkGateway", aws.id));
  await refuses("PublicIPAddressCannotBeDeleted", azure.remove("network:PublicIPAddress", first.id));
  await refuses("InUseSubnetCannotBeDeleted", azure.remove("network:Subnet", gatewaySubnet.id));
});
