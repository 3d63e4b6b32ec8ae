import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { REGION, refused, Sandbox, tunnelOf } from "./sandbox.ts";

type Fixture = Awaited<ReturnType<typeof tunnelOf>>;

/** Each row: what is refused, the type, its inputs on top of a small region, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: (of: Fixture) => Properties, words: RegExp][] = [
  [
    "a gateway in a network that does not exist",
    "HaVpnGateway",
    () => ({ name: "g", region: REGION, network: "nowhere" }),
    /The referenced network resource cannot be found/,
  ],
  [
    "four addresses for a two-address peer",
    "ExternalVpnGateway",
    () => ({
      name: "e",
      redundancyType: "TWO_IPS_REDUNDANCY",
      interfaces: [0, 1, 2, 3].map((id) => ({ id, ipAddress: `35.2.2.${id + 1}` })),
    }),
    /number of interfaces must match/,
  ],
  [
    "an interface id twice",
    "ExternalVpnGateway",
    () => ({
      name: "e",
      redundancyType: "TWO_IPS_REDUNDANCY",
      interfaces: [
        { id: 0, ipAddress: "35.2.2.1" },
        { id: 0, ipAddress: "35.2.2.2" },
      ],
    }),
    /interface IDs/,
  ],
  [
    "one address on two interfaces",
    "ExternalVpnGateway",
    () => ({
      name: "e",
      redundancyType: "TWO_IPS_REDUNDANCY",
      interfaces: [
        { id: 0, ipAddress: "35.2.2.1" },
        { id: 1, ipAddress: "35.2.2.1" },
      ],
    }),
    /unique IP address/,
  ],
  [
    "an address of Google's own as the peer's",
    "ExternalVpnGateway",
    ({ gateway }) => ({
      name: "e",
      redundancyType: "SINGLE_IP_INTERNALLY_REDUNDANT",
      interfaces: [{ id: 0, ipAddress: (gateway.state.vpnInterfaces as { ipAddress: string }[])[0]?.ipAddress }],
    }),
    /cannot be an address of Google Compute Engine/,
  ],
  [
    "an unknown redundancy",
    "ExternalVpnGateway",
    () => ({ name: "e", redundancyType: "THREE_IPS", interfaces: [] }),
    /expected redundancyType to be one of/,
  ],
  ["IKE version 3", "VPNTunnel", ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t", ikeVersion: 3 }), /ikeVersion/],
  [
    "a tunnel without a shared secret",
    "VPNTunnel",
    ({ tunnelInputs: { sharedSecret: _, ...rest } }) => ({ ...rest, name: "t" }),
    /Required field 'resource.sharedSecret'/,
  ],
  [
    "a peer address on an HA tunnel",
    "VPNTunnel",
    ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t", peerIp: "35.9.9.9" }),
    /Cannot specify peer IP for HA VPN tunnel creation/,
  ],
  [
    "a third interface of the gateway",
    "VPNTunnel",
    ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t", vpnGatewayInterface: 2 }),
    /'resource.vpnGatewayInterface': '2'/,
  ],
  [
    "an interface that the peer does not have",
    "VPNTunnel",
    ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t", peerExternalGatewayInterface: 4 }),
    /no such interface/,
  ],
  [
    "the same pair of interfaces twice",
    "VPNTunnel",
    ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t" }),
    /'resource.peerExternalGatewayInterface': '0'. A tunnel with same peer external VPN gateway interface/,
  ],
  [
    "a tunnel in another region than its gateway",
    "VPNTunnel",
    ({ tunnelInputs }) => ({ ...tunnelInputs, name: "t", region: "europe-west1" }),
    /same region as the tunnel/,
  ],
  [
    "a tunnel without a router",
    "VPNTunnel",
    ({ tunnelInputs: { router: _, ...rest } }) => ({ ...rest, name: "t", peerExternalGatewayInterface: 1 }),
    /Required field 'resource.router'/,
  ],
  [
    "a tunnel with two kinds of peer",
    "VPNTunnel",
    ({ tunnelInputs, gateway }) => ({ ...tunnelInputs, name: "t", peerGcpGateway: gateway.state.selfLink }),
    /conflicts with peerGcpGateway/,
  ],
  [
    "an unknown cipher",
    "VPNTunnel",
    ({ tunnelInputs }) => ({
      ...tunnelInputs,
      name: "t",
      peerExternalGatewayInterface: 1,
      cipherSuite: { phase1: { encryptions: ["AES-256"] } },
    }),
    /cipherSuite.phase1.encryption/,
  ],
  [
    "traffic selectors on a routed tunnel",
    "VPNTunnel",
    ({ tunnelInputs }) => ({
      ...tunnelInputs,
      name: "t",
      peerExternalGatewayInterface: 1,
      localTrafficSelectors: ["10.6.0.0/15"],
    }),
    /Traffic selectors/,
  ],
  [
    "an inside range that is not link-local",
    "RouterInterface",
    ({ interfaceInputs: { vpnTunnel: _, ...rest } }) => ({ ...rest, name: "i", ipRange: "10.0.0.1/30" }),
    /Error patching router: .*link-local/,
  ],
  [
    "an inside range of sixteen addresses",
    "RouterInterface",
    ({ interfaceInputs: { vpnTunnel: _, ...rest } }) => ({ ...rest, name: "i", ipRange: "169.254.22.1/28" }),
    /prefix length must be 30/,
  ],
  [
    "an inside range that another interface has",
    "RouterInterface",
    ({ interfaceInputs: { vpnTunnel: _, ...rest } }) => ({ ...rest, name: "i", ipRange: "169.254.21.1/30" }),
    /overlaps with 169\.254\.21\.2\/30/,
  ],
  [
    "the network address of an inside range",
    "RouterInterface",
    ({ interfaceInputs: { vpnTunnel: _, ...rest } }) => ({ ...rest, name: "i", ipRange: "169.254.22.0/30" }),
    /network or broadcast/,
  ],
  [
    "a second interface on a tunnel",
    "RouterInterface",
    ({ interfaceInputs }) => ({ ...interfaceInputs, name: "i", ipRange: "169.254.22.1/30" }),
    /already linked to interface 'if-0'/,
  ],
  [
    "an interface on a router that does not exist",
    "RouterInterface",
    ({ interfaceInputs }) => ({ ...interfaceInputs, name: "i", router: "nobody" }),
    /was not found, notFound/,
  ],
  [
    "an interface of the same name",
    "RouterInterface",
    ({ interfaceInputs }) => interfaceInputs,
    /Router vpc-router has interface if-0 already/,
  ],
  [
    "the router's own ASN as the peer's",
    "RouterPeer",
    ({ peerInputs }) => ({ ...peerInputs, name: "p", peerAsn: 64603 }),
    /'resource.bgpPeers\[0\].peerAsn': '64603'/,
  ],
  ["ASN 0", "RouterPeer", ({ peerInputs }) => ({ ...peerInputs, name: "p", peerAsn: 0 }), /peerAsn/],
  [
    "a session on an unknown interface",
    "RouterPeer",
    ({ peerInputs }) => ({ ...peerInputs, name: "p", interface: "if-9" }),
    /interfaceName/,
  ],
  [
    "a second session on an interface",
    "RouterPeer",
    ({ peerInputs }) => ({ ...peerInputs, name: "p" }),
    /already used by BGP peer "peer-0"/,
  ],
  [
    "a session of the same name",
    "RouterPeer",
    ({ peerInputs }) => peerInputs,
    /Error creating RouterBgpPeer, "peer-0" already exists/,
  ],
];

for (const [title, kind, inputs, words] of REFUSALS) {
  test(`what Google would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const fixture = await tunnelOf(sandbox);
    await refused(sandbox.create(kind, inputs(fixture)), words);
  });
}

test("a session's addresses must be those of its interface's range", async () => {
  const sandbox = new Sandbox();
  const { session, peerInputs } = await tunnelOf(sandbox);
  await sandbox.remove("RouterPeer", session);
  await refused(
    sandbox.create("RouterPeer", { ...peerInputs, ipAddress: "169.254.21.6" }),
    /has IP address 169\.254\.21\.6 different from interface IP address 169\.254\.21\.2/,
  );
  await refused(
    sandbox.create("RouterPeer", { ...peerInputs, peerIpAddress: "169.254.21.5" }),
    /outside of the interface's usable range/,
  );
});

test("what a tunnel rests on cannot be deleted under it", async () => {
  const sandbox = new Sandbox();
  const { gateway, peer, router, tunnel, bgpInterface, session } = await tunnelOf(sandbox);
  await refused(
    sandbox.remove("HaVpnGateway", gateway),
    /already being used by 'projects\/novacron-test\/regions\/asia-south1\/vpnTunnels\/tunnel-0'/,
  );
  await refused(sandbox.remove("ExternalVpnGateway", peer), /already being used/);
  await refused(sandbox.remove("Router", router), /already being used/);
  await refused(sandbox.remove("VPNTunnel", tunnel), /already being used/);
  await refused(sandbox.remove("RouterInterface", bgpInterface), /referenced by BGP peer 'peer-0'/);
  await sandbox.remove("RouterPeer", session);
  await sandbox.remove("RouterInterface", bgpInterface);
  await sandbox.remove("VPNTunnel", tunnel);
  await sandbox.remove("HaVpnGateway", gateway);
});
