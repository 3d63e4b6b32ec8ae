import assert from "node:assert/strict";
import { test } from "node:test";
import { type CloudNetworks, meshStatus, reachable, type TunnelEnd } from "../../../sim/network/oracle.ts";
import { inGroup, placed, publicAddress, withNetwork } from "./baseline.ts";
import { Subscription } from "./subscription.ts";

const tags = { region: "azr-weu" };
const KEY = "aVerySharedKey";

/** A region with an active-active gateway and a connection at instance 0, and how each part may be made otherwise. */
async function region(changes: { connection?: object; site?: object; gateway?: object; rule?: object } = {}) {
  const { azure, network, nodes, subnet } = await withNetwork(new Subscription());
  await azure.update("network:VirtualNetwork", network, { tags });
  const rules = await azure.create("network:NetworkSecurityGroup", { ...placed, networkSecurityGroupName: "nsg" });
  const rule = (securityRuleName: string, priority: number, more: object) =>
    azure.create("network:SecurityRule", {
      ...inGroup,
      networkSecurityGroupName: "nsg",
      securityRuleName,
      priority,
      direction: "Inbound",
      access: "Allow",
      protocol: "*",
      sourcePortRange: "*",
      destinationPortRange: "*",
      destinationAddressPrefix: "*",
      ...more,
    });
  await rule("from-aws", 1000, { sourceAddressPrefixes: ["10.0.0.0/15"], ...changes.rule });
  await rule("deny", 4096, { access: "Deny", sourceAddressPrefix: "*" });
  await azure.update("network:Subnet", nodes, { networkSecurityGroup: { id: rules.id } });
  const gatewaySubnet = await subnet("GatewaySubnet", "10.2.192.0/24");
  const addresses = [await publicAddress(azure, "gw0"), await publicAddress(azure, "gw1")];
  const configurationId = (instance: number) =>
    `${network.id.replace("virtualNetworks/vnet", "virtualNetworkGateways/gw")}/ipConfigurations/i${instance}`;
  const inside = ["169.254.21.2", "169.254.22.2"];
  const gateway = await azure.create("network:VirtualNetworkGateway", {
    ...placed,
    virtualNetworkGatewayName: "gw",
    vpnGatewayGeneration: "Generation2",
    sku: { name: "VpnGw2AZ", tier: "VpnGw2AZ" },
    activeActive: true,
    enableBgp: true,
    ipConfigurations: addresses.map(({ id }, instance) => ({
      name: `i${instance}`,
      subnet: { id: gatewaySubnet.id },
      publicIPAddress: { id },
    })),
    bgpSettings: {
      asn: 64601,
      bgpPeeringAddresses: inside.map((address, instance) => ({
        ipconfigurationId: configurationId(instance),
        customBgpIpAddresses: [address],
      })),
    },
    ...changes.gateway,
  });
  const site = await azure.create("network:LocalNetworkGateway", {
    ...placed,
    localNetworkGatewayName: "aws",
    gatewayIpAddress: "198.18.0.1",
    bgpSettings: { asn: 64600, bgpPeeringAddress: "169.254.21.1" },
    ...changes.site,
  });
  await azure.create("network:VirtualNetworkGatewayConnection", {
    ...placed,
    virtualNetworkGatewayConnectionName: "c",
    connectionType: "IPsec",
    virtualNetworkGateway1: { id: gateway.id },
    localNetworkGateway2: { id: site.id },
    enableBgp: true,
    sharedKey: KEY,
    gatewayCustomBgpIpAddresses: inside.map((customBgpIpAddress, instance) => ({
      ipConfigurationId: configurationId(instance),
      customBgpIpAddress,
    })),
    ipsecPolicies: [
      {
        ikeEncryption: "AES256",
        ikeIntegrity: "SHA384",
        dhGroup: "ECP384",
        ipsecEncryption: "GCMAES256",
        ipsecIntegrity: "GCMAES256",
        pfsGroup: "ECP384",
        saLifeTimeSeconds: 3600,
        saDataSizeKilobytes: 0,
      },
    ],
    ...changes.connection,
  });
  return { described: azure.networks(), outside: String(addresses[0]?.state.ipAddress) };
}

/** The other end, as it must be for the tunnel to come up. */
function amazon(outside: string): CloudNetworks {
  const end: TunnelEnd = {
    name: "aws",
    networkId: "vpc",
    locals: [{ outside: "198.18.0.1", inside: "169.254.21.1", instance: 0 }],
    remoteOutside: outside,
    remoteInside: "169.254.21.2",
    localAsn: 64600,
    remoteAsn: 64601,
    preSharedKey: KEY,
    ikeVersion: 2,
    phase1: ["aes256-sha384-dh20"],
    phase2: ["aes256gcm-dh20"],
    announces: ["10.0.0.0/16"],
    enabled: true,
  };
  const network = {
    id: "vpc",
    cloud: "aws" as const,
    region: "aws-use1",
    cidrs: ["10.0.0.0/16"],
    routes: "learned" as const,
    admits: ["10.2.0.0/15"],
  };
  return { networks: [network], ends: [end], peerings: [] };
}

async function status(changes: Parameters<typeof region>[0] = {}) {
  const { described, outside } = await region(changes);
  return meshStatus([amazon(outside), described]);
}

test("matching ends bring the tunnel up, at the instance whose address the peer knows", async () => {
  const mesh = await status();
  assert.deepEqual(reachable(mesh, "aws-use1", "azr-weu").reachable, true);
  const [tunnel] = mesh.links[0]?.tunnels ?? [];
  assert.deepEqual([tunnel?.up, tunnel?.problems], [true, []]);
  assert.deepEqual(tunnel?.instances, [0, 0]);
});

const broken: [what: string, changes: Parameters<typeof region>[0], problem: RegExp][] = [
  ["another pre-shared key", { connection: { sharedKey: "another" } }, /pre-shared key/],
  ["IKEv1", { connection: { connectionProtocol: "IKEv1" } }, /IKE version/],
  ["Azure's default proposals", { connection: { ipsecPolicies: undefined } }, /phase 1: no common proposal/],
  ["another ASN for the peer", { site: { bgpSettings: { asn: 64999, bgpPeeringAddress: "169.254.21.1" } } }, /ASN/],
  [
    "another inside address for the peer",
    { site: { bgpSettings: { asn: 64600, bgpPeeringAddress: "169.254.21.9" } } },
    /inside address/,
  ],
  ["no custom inside address", { connection: { gatewayCustomBgpIpAddresses: undefined } }, /inside address/],
  ["BGP switched off", { connection: { enableBgp: false } }, /switched off/],
  ["another address for the peer", { site: { gatewayIpAddress: "198.18.0.2" } }, /outside address/],
];
for (const [what, changes, problem] of broken) {
  test(`${what} keeps the tunnel down`, async () => {
    const mesh = await status(changes);
    const tunnels = mesh.links.flatMap((link) => link.tunnels);
    assert.ok(tunnels.every((tunnel) => !tunnel.up));
    assert.match(tunnels.flatMap((tunnel) => tunnel.problems).join("; "), problem);
  });
}

test("a firewall rule that admits the peer on one port only does not make the regions reach each other", async () => {
  const mesh = await status({ rule: { destinationPortRange: "443" } });
  assert.match(reachable(mesh, "aws-use1", "azr-weu").reason ?? "", /azr-weu admits nothing from 10\.0\.0\.0\/16/);
});

test("networks peer once both sides ask, and stop when one is gone", async () => {
  const { azure, network } = await withNetwork(new Subscription());
  await azure.update("network:VirtualNetwork", network, { tags });
  const far = await azure.create("network:VirtualNetwork", {
    ...placed,
    virtualNetworkName: "far",
    addressSpace: { addressPrefixes: ["10.4.0.0/16"] },
    tags: { region: "azr-neu" },
  });
  const ask = (from: string, to: string) =>
    azure.create("network:VirtualNetworkPeering", {
      ...inGroup,
      virtualNetworkName: from,
      virtualNetworkPeeringName: "p",
      remoteVirtualNetwork: { id: to },
    });
  const up = () => reachable(meshStatus([azure.networks()]), "azr-weu", "azr-neu").reachable;
  await ask("vnet", far.id);
  assert.equal(up(), false);
  const back = await ask("far", network.id);
  assert.equal(up(), true);
  await azure.remove("network:VirtualNetworkPeering", back.id);
  assert.equal(up(), false);
});
