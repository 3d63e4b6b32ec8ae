import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { all, isSecret, type Output, output, secret } from "@pulumi/pulumi";
import { AzureGateway } from "../../infra/azure/gateway.ts";
import { AzureNetwork } from "../../infra/azure/network.ts";
import { planLinks } from "../../infra/plan/mesh.ts";
import type { AzureRegionPlan, VpnLink } from "../../infra/plan/topology.ts";
import type { RegionGateway } from "../../infra/region.ts";
import { reset } from "../recorded.ts";
import { ofType, only, regionPlan } from "./mockedRegion.ts";

beforeEach(reset);

const value = <T>(of: Output<T>): Promise<T> => new Promise((resolve) => of.apply(resolve));
const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

const usual = regionPlan();
const group = new ResourceGroup("azr-weu-group", { location: usual.location });
const network = new AzureNetwork("azr-weu-network", { plan: usual, group });
await value(network.privateSubnetIds);

function gateway(changes: Partial<AzureRegionPlan> = {}): AzureGateway {
  const plan = regionPlan(changes);
  return new AzureGateway(`${plan.name}-gateway`, { plan, group, network });
}

const meshRegion = (name: string, number: number, cloud: "aws" | "azure" | "gcp") => ({
  name,
  number,
  cloud,
  asn: 64600 + number,
  cidr: `10.${2 * number}.0.0/15`,
});

function linkTo(name: string, number: number, cloud: "aws" | "gcp"): VpnLink {
  const [link] = planLinks([meshRegion(name, number, cloud), meshRegion("azr-weu", 2, "azure")]);
  if (link?.kind !== "vpn") throw new Error("no VPN link was planned");
  return link;
}

const connect = (of: AzureGateway, link: VpnLink) =>
  of.connect({
    link,
    side: 1,
    keys: link.tunnels.map(({ name }) => secret(output(`key of ${name}`))),
    remoteAddresses: link.tunnels.map((_, index) => output(`198.51.100.${index + 1}`)),
  });

interface InsideAddress {
  ipConfigurationId: string;
  customBgpIpAddress: string;
}

test("every address that a later peer may need is reserved from the start, each at one instance only", async () => {
  await value(all(gateway().addresses));
  await settled();
  const { bgpSettings, activeActive } = only("network:VirtualNetworkGateway") as {
    activeActive: boolean;
    bgpSettings: { bgpPeeringAddresses: { customBgpIpAddresses: string[] }[] };
  };
  const [first = [], second = []] = bgpSettings.bgpPeeringAddresses.map((peer) => peer.customBgpIpAddresses);
  assert.equal(activeActive, true);
  assert.deepEqual([first.length, second.length], [14, 14]);
  assert.equal(new Set([...first, ...second]).size, 28);
});

for (const [cloud, name, number, tunnels] of [
  ["aws", "aws-use1", 1, 4],
  ["gcp", "gcp-aso1", 3, 2],
] as const) {
  test(`each tunnel to ${cloud} ends at the instance and the inside address that the peer expects`, async () => {
    const link = linkTo(name, number, cloud);
    const own = gateway();
    const outside = await value(all(connect(own, link)));
    const addresses = await value(all(own.addresses));
    await settled();
    assert.deepEqual(
      outside,
      link.tunnels.map(({ interfaces }) => addresses[interfaces[1]]),
    );
    const connections = ofType("network:VirtualNetworkGatewayConnection").toSorted((a, b) =>
      a.name.localeCompare(b.name),
    );
    assert.equal(connections.length, tunnels);
    link.tunnels.forEach((tunnel, index) => {
      const chosen = connections[index]?.inputs.gatewayCustomBgpIpAddresses as InsideAddress[];
      const carrying = chosen.find(({ ipConfigurationId }) =>
        ipConfigurationId.endsWith(`instance-${tunnel.interfaces[1]}`),
      );
      assert.equal(carrying?.customBgpIpAddress, tunnel.insideAddresses[1]);
      assert.equal(chosen.length, 2, "Azure wants an address for each instance");
      assert.notEqual(chosen[0]?.customBgpIpAddress, chosen[1]?.customBgpIpAddress);
    });
    const sites = ofType("network:LocalNetworkGateway").map(({ inputs }) => inputs);
    assert.deepEqual(
      sites.map(({ bgpSettings }) => (bgpSettings as { bgpPeeringAddress: string }).bgpPeeringAddress).sort(),
      link.tunnels.map(({ insideAddresses }) => insideAddresses[0]).sort(),
    );
  });
}

test("a pre-shared key stays a secret, and one policy leaves no weaker choice", async () => {
  const [own, link] = [gateway(), linkTo("gcp-aso1", 3, "gcp")];
  const key = secret(output("k"));
  assert.equal(await isSecret(key), true);
  connect(own, link);
  await settled();
  const { sharedKey, ipsecPolicies, connectionProtocol } =
    ofType("network:VirtualNetworkGatewayConnection")[0]?.inputs ?? {};
  assert.match(JSON.stringify(sharedKey), /1b47061264138c4ac30d75fd1eb44270/, "the engine is told that it is secret");
  assert.equal(connectionProtocol, "IKEv2");
  const [policy, ...others] = ipsecPolicies as Record<string, unknown>[];
  assert.deepEqual(others, []);
  assert.deepEqual(
    [
      policy?.ikeEncryption,
      policy?.ikeIntegrity,
      policy?.dhGroup,
      policy?.ipsecEncryption,
      policy?.ipsecIntegrity,
      policy?.pfsGroup,
      policy?.saLifeTimeSeconds,
    ],
    ["AES256", "SHA384", "ECP384", "GCMAES256", "GCMAES256", "ECP384", 3600],
  );
});

test("a peer whose number was never reserved for is refused before Azure is asked", () => {
  const own = gateway({ peers: [{ region: "gcp-new", number: 20, cidr: "10.40.0.0/15" }] });
  assert.throws(() => connect(own, linkTo("gcp-new", 20, "gcp")), /raise novacron:mesh\.capacity/);
});

test("two Azure regions peer in both directions, and neither tries to use the other's gateway", async () => {
  const [here, there] = [gateway(), gateway({ name: "azr-neu", number: 5 })];
  const [link] = planLinks([meshRegion("azr-weu", 2, "azure"), meshRegion("azr-neu", 5, "azure")]);
  if (link?.kind !== "peering") throw new Error("no peering was planned");
  here.peer(link, there);
  await settled();
  const peerings = ofType("network:VirtualNetworkPeering").map(({ inputs }) => inputs);
  assert.deepEqual(peerings.map(({ virtualNetworkPeeringName }) => virtualNetworkPeeringName).sort(), [
    "azr-neu",
    "azr-weu",
  ]);
  for (const { allowVirtualNetworkAccess, useRemoteGateways, allowGatewayTransit } of peerings) {
    assert.deepEqual([allowVirtualNetworkAccess, useRemoteGateways, allowGatewayTransit], [true, false, false]);
  }
  assert.throws(() => here.peer(link, {} as RegionGateway), /needs Azure at both ends/);
});
