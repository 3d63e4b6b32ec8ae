import assert from "node:assert/strict";
import { cloudNetworks } from "../../sim/mesh.ts";
import { meshStatus } from "../../sim/network/oracle.ts";
import type { Properties } from "../../sim/service.ts";
import type { Store, StoredResource } from "../../sim/store.ts";

/** One property of one end, set to what the other end does not expect. */
interface Mutation {
  what: string;
  type: string;
  /** The resource's name in the program. */
  name: string;
  change: Properties;
  /** Tunnels that it takes down. */
  down: number;
}

const azure = (type: string) => `azure-native:network:${type}`;
const otherPhase = { ipsecEncryption: "GCMAES128", ipsecIntegrity: "GCMAES128" };

/** Everything that must match, broken on each cloud's side in turn. */
export const mutations: Mutation[] = [
  {
    what: "outside address (AWS)",
    type: "aws:ec2/customerGateway:CustomerGateway",
    name: "aws-use1-gateway-to-azr-weu-0",
    change: { ipAddress: "192.0.2.77" },
    down: 2,
  },
  {
    what: "outside address (Azure)",
    type: azure("LocalNetworkGateway"),
    name: "azr-weu-gateway-aws-use1-0",
    change: { gatewayIpAddress: "192.0.2.77" },
    down: 1,
  },
  {
    what: "outside addresses (Google)",
    type: "gcp:compute/externalVpnGateway:ExternalVpnGateway",
    name: "gcp-aso1-gateway-azr-weu",
    change: {
      interfaces: [
        { id: 0, ipAddress: "192.0.2.77" },
        { id: 1, ipAddress: "192.0.2.78" },
      ],
    },
    down: 2,
  },
  {
    what: "pre-shared key (AWS)",
    type: "aws:ec2/vpnConnection:VpnConnection",
    name: "aws-use1-gateway-to-gcp-aso1-0",
    change: { tunnel1PresharedKey: "anotherKey" },
    down: 1,
  },
  {
    what: "pre-shared key (Azure)",
    type: azure("VirtualNetworkGatewayConnection"),
    name: "azr-weu-gateway-aws-use1-2",
    change: { sharedKey: "anotherKey" },
    down: 1,
  },
  {
    what: "pre-shared key (Google)",
    type: "gcp:compute/vPNTunnel:VPNTunnel",
    name: "gcp-aso1-gateway-aws-use1-1",
    change: { sharedSecret: "anotherKey" },
    down: 1,
  },
  {
    what: "IKE version (AWS)",
    type: "aws:ec2/vpnConnection:VpnConnection",
    name: "aws-use1-gateway-to-azr-weu-1",
    change: { tunnel2IkeVersions: ["ikev1"] },
    down: 1,
  },
  {
    what: "IKE version (Azure)",
    type: azure("VirtualNetworkGatewayConnection"),
    name: "azr-weu-gateway-gcp-aso1-0",
    change: { connectionProtocol: "IKEv1" },
    down: 1,
  },
  {
    what: "IKE version (Google)",
    type: "gcp:compute/vPNTunnel:VPNTunnel",
    name: "gcp-aso1-gateway-azr-weu-1",
    change: { ikeVersion: 1 },
    down: 1,
  },
  {
    what: "proposal (AWS)",
    type: "aws:ec2/vpnConnection:VpnConnection",
    name: "aws-use1-gateway-to-gcp-aso1-1",
    change: { tunnel1Phase1DhGroupNumbers: [2] },
    down: 1,
  },
  {
    what: "proposal (Azure)",
    type: azure("VirtualNetworkGatewayConnection"),
    name: "azr-weu-gateway-aws-use1-3",
    change: {
      ipsecPolicies: [
        {
          dhGroup: "ECP384",
          ikeEncryption: "AES256",
          ikeIntegrity: "SHA384",
          pfsGroup: "ECP384",
          saDataSizeKilobytes: 102_400_000,
          saLifeTimeSeconds: 3600,
          ...otherPhase,
        },
      ],
    },
    down: 1,
  },
  {
    what: "inside address (AWS)",
    type: "aws:ec2/vpnConnection:VpnConnection",
    name: "aws-use1-gateway-to-azr-weu-0",
    change: { tunnel1VgwInsideAddress: "169.254.22.253" },
    down: 1,
  },
  {
    what: "inside address (Azure)",
    type: azure("LocalNetworkGateway"),
    name: "azr-weu-gateway-gcp-aso1-1",
    change: { bgpSettings: { asn: 64603, bgpPeeringAddress: "169.254.22.253" } },
    down: 1,
  },
  {
    what: "inside address (Google)",
    type: "gcp:compute/routerInterface:RouterInterface",
    name: "gcp-aso1-gateway-aws-use1-2",
    change: { ipRange: "169.254.22.253/30" },
    down: 1,
  },
  {
    what: "peer's ASN (AWS)",
    type: "aws:ec2/customerGateway:CustomerGateway",
    name: "aws-use1-gateway-to-gcp-aso1-1",
    change: { bgpAsn: "64999" },
    down: 2,
  },
  {
    what: "peer's ASN (Azure)",
    type: azure("LocalNetworkGateway"),
    name: "azr-weu-gateway-aws-use1-1",
    change: { bgpSettings: { asn: 64999, bgpPeeringAddress: "169.254.21.53" } },
    down: 1,
  },
  {
    what: "peer's ASN (Google)",
    type: "gcp:compute/routerPeer:RouterPeer",
    name: "gcp-aso1-gateway-azr-weu-0",
    change: { peerAsn: 64999 },
    down: 1,
  },
  {
    what: "own ASN (AWS)",
    type: "aws:ec2transitgateway/transitGateway:TransitGateway",
    name: "aws-use1-gateway",
    change: { amazonSideAsn: 64999 },
    down: 8,
  },
  {
    what: "interface (Google)",
    type: "gcp:compute/vPNTunnel:VPNTunnel",
    name: "gcp-aso1-gateway-aws-use1-0",
    change: { vpnGatewayInterface: 1 },
    down: 1,
  },
  {
    what: "BGP switched off (Google)",
    type: "gcp:compute/routerPeer:RouterPeer",
    name: "gcp-aso1-gateway-aws-use1-3",
    change: { enable: false },
    down: 1,
  },
];

/** Ends that found their peer and agree with it. */
const upTunnels = (store: Store): Set<string> =>
  new Set(
    meshStatus(cloudNetworks(store.all())).links.flatMap((link) =>
      link.tunnels.filter(({ up }) => up).map(({ name }) => name),
    ),
  );

/** Breaks one property in the store, asserts that it takes down as many tunnels as it must, and mends it. */
export function assertTakesDown(store: Store, { what, type, name, change, down }: Mutation): void {
  const resource: StoredResource | undefined = store
    .all()
    .find((candidate) => candidate.type === type && candidate.urn.endsWith(`::${name}`));
  assert.ok(resource, `${type} ${name}`);
  for (const key of Object.keys(change)) assert.ok(key in resource.state, `${what}: ${type} has no ${key}`);
  const before = upTunnels(store);
  const broken = store.change(resource, resource.inputs, { ...resource.state, ...change });
  assert.equal(before.size - upTunnels(store).size, down, what);
  store.change(broken, resource.inputs, resource.state);
  assert.deepEqual(upTunnels(store), before);
}
