import { createHash } from "node:crypto";
import type { VPNTunnel, VPNTunnelArgs } from "@pulumi/gcp/compute/vpntunnel.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseAddress, parseRange } from "../../ipv4.ts";
import { type OutputsOf, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName, demandUnused, numericId, register } from "./compute.ts";
import { exclusive, invalid, missing } from "./errors.ts";
import { demandLabels, labelFingerprint, labelled } from "./labels.ts";
import {
  demand,
  EXTERNAL_GATEWAYS,
  NETWORKS,
  ROUTERS,
  referencesTo,
  resolve,
  usersIn,
  VPN_GATEWAYS,
  VPN_TUNNELS,
} from "./links.ts";
import { regionOf } from "./places.ts";
import { router } from "./routers.ts";
import { externalVpnGateway, haVpnGateway } from "./vpnGateways.ts";

type Input = Unwrap<VPNTunnelArgs>;
type Tunnel = OutputsOf<VPNTunnel>;

/** Ciphers of Cloud VPN (cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers). */
const KEY_SIZES = ["128", "192", "256"];
const AEAD = ["8", "12", "16"].flatMap((tag) => KEY_SIZES.map((size) => `AES-GCM-${tag}-${size}`));
const ENCRYPTIONS = [...AEAD, ...KEY_SIZES.flatMap((size) => [`AES-CBC-${size}`, `AES-CTR-${size}`]), "3DES-CBC"];
const INTEGRITIES = [
  "HMAC-SHA2-256-128",
  "HMAC-SHA2-384-192",
  "HMAC-SHA2-512-256",
  "HMAC-SHA1-96",
  "HMAC-MD5-96",
  "AES-XCBC-96",
  "AES-CMAC-96",
];
const PSEUDO_RANDOM = [
  "PRF-HMAC-SHA2-256",
  "PRF-HMAC-SHA2-384",
  "PRF-HMAC-SHA2-512",
  "PRF-HMAC-SHA1",
  "PRF-HMAC-MD5",
  "PRF-AES-CMAC-96",
  "PRF-AES128-XCBC",
  "PRF-AES128-CMAC",
];
const GROUPS = [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24].map((group) => `Group-${group}`);

/** IPsec tunnels. Nothing but labels can be changed. */
export const vpnTunnel: Service<Tunnel> = service<VPNTunnelArgs, VPNTunnel>("gcp:compute/vPNTunnel:VPNTunnel", {
  replaceOn: [
    "name",
    "project",
    "region",
    "description",
    "cipherSuite",
    "ikeVersion",
    "localTrafficSelectors",
    "remoteTrafficSelectors",
    "params",
    "peerExternalGateway",
    "peerExternalGatewayInterface",
    "peerGcpGateway",
    "peerIp",
    "router",
    "sharedSecret",
    "sharedSecretWo",
    "sharedSecretWoVersion",
    "targetVpnGateway",
    "vpnGateway",
    "vpnGatewayInterface",
  ],
  naming: computeName,
  region: regionOf,
  check: (input) => [
    ...exclusive(input, "peerExternalGateway", "peerGcpGateway"),
    ...exclusive(input, "sharedSecret", "sharedSecretWo"),
    ...(input.peerIp === undefined || isPeerAddress(input.peerIp)
      ? []
      : ([["peerIp", `peer_ip: address ${input.peerIp} is not a valid public IPv4 address`]] as [string, string][])),
  ],
  references: referencesTo,
  writeOnly: ["sharedSecret", "sharedSecretWo"],
  create: (input, world) => {
    const common = register(vpnTunnel, VPN_TUNNELS, input, world);
    demandLabels(input.labels);
    const { ikeVersion = 2 } = input;
    if (ikeVersion !== 1 && ikeVersion !== 2) invalid("resource.ikeVersion", ikeVersion, "Must be 1 or 2.");
    const secret = input.sharedSecret ?? input.sharedSecretWo;
    if (secret === undefined || secret === "") missing("resource.sharedSecret");
    if (!/^[\x20-\x7e]+$/.test(secret))
      invalid("resource.sharedSecret", "", "The shared secret must consist of printable ASCII characters.");
    const peerIp = demandGateways(input, world);
    demandCiphers(input.cipherSuite);
    demandSelectors(input);
    return {
      ...common,
      ...labelled(input.labels, world),
      creationTimestamp: world.now(),
      detailedStatus: "Tunnel is up and running.",
      ikeVersion,
      labelFingerprint: labelFingerprint(world),
      localTrafficSelectors: input.localTrafficSelectors ?? ["0.0.0.0/0"],
      peerIp,
      region: world.region,
      remoteTrafficSelectors: input.remoteTrafficSelectors ?? ["0.0.0.0/0"],
      sharedSecretHash: createHash("sha1").update(secret).digest("base64url"),
      tunnelId: numericId(world),
    };
  },
  update: (input, _, world) => {
    demandLabels(input.labels);
    return { ...labelled(input.labels, world), labelFingerprint: labelFingerprint(world) };
  },
  remove: (current, world) =>
    demandUnused("vpn_tunnel", current, usersIn(world, current, VPN_TUNNELS, ["vpnTunnel", "nextHopVpnTunnel"])),
  seconds: { create: 20, update: 5, remove: 20 },
});

/** Checks both gateways and the router between them. Returns the peer's outside address. */
function demandGateways(input: Input, world: World): string {
  if (input.targetVpnGateway !== undefined) {
    if (input.vpnGateway !== undefined) {
      invalid(
        "resource.targetVpnGateway",
        input.targetVpnGateway,
        "Exactly one of targetVpnGateway and vpnGateway must be specified.",
      );
    }
    return invalid(
      "resource.targetVpnGateway",
      input.targetVpnGateway,
      "The referenced target_vpn_gateway resource cannot be found.",
    );
  }
  if (input.vpnGateway === undefined) return missing("resource.targetVpnGateway");
  const gateway = demand(haVpnGateway, VPN_GATEWAYS, "resource.vpnGateway", input.vpnGateway, world);
  if (gateway.region !== world.region) {
    invalid(
      "resource.vpnGateway",
      input.vpnGateway,
      `The VPN gateway must be in the same region as the tunnel, ${world.region}.`,
    );
  }
  if (input.peerIp !== undefined) {
    invalid(
      "resource.peerIp",
      input.peerIp,
      "Cannot specify peer IP for HA VPN tunnel creation, please specify peerExternalGateway or peerGcpGateway instead.",
    );
  }
  if (input.vpnGatewayInterface === undefined) missing("resource.vpnGatewayInterface");
  if (input.vpnGatewayInterface !== 0 && input.vpnGatewayInterface !== 1) {
    invalid("resource.vpnGatewayInterface", input.vpnGatewayInterface, "An HA VPN gateway has the interfaces 0 and 1.");
  }
  if (input.router === undefined) missing("resource.router");
  const bgp = demand(router, ROUTERS, "resource.router", input.router, world);
  if (
    bgp.region !== world.region ||
    resolve(bgp.state.network ?? "", NETWORKS, bgp) !== resolve(gateway.state.network, NETWORKS, gateway)
  ) {
    invalid("resource.router", input.router, "The router must be in the VPN gateway's network and region.");
  }
  return input.peerGcpGateway === undefined
    ? demandExternalPeer(input, world)
    : demandGooglePeer(input, gateway.id, world);
}

function demandExternalPeer(input: Input, world: World): string {
  const peer =
    input.peerExternalGateway === undefined
      ? invalid(
          "resource.peerExternalGateway",
          "",
          "One of peerExternalGateway and peerGcpGateway must be specified for an HA VPN tunnel.",
        )
      : demand(externalVpnGateway, EXTERNAL_GATEWAYS, "resource.peerExternalGateway", input.peerExternalGateway, world);
  if (input.peerExternalGatewayInterface === undefined) missing("resource.peerExternalGatewayInterface");
  const there = peer.state.interfaces?.find((each) => each.id === input.peerExternalGatewayInterface);
  if (there === undefined) {
    return invalid(
      "resource.peerExternalGatewayInterface",
      input.peerExternalGatewayInterface,
      `The external VPN gateway has no such interface: it is of type ${peer.state.redundancyType}.`,
    );
  }
  const same = world
    .all(vpnTunnel)
    .find(
      (other) =>
        resolve(other.state.peerExternalGateway ?? "", EXTERNAL_GATEWAYS, other) === peer.id &&
        other.state.peerExternalGatewayInterface === input.peerExternalGatewayInterface &&
        other.state.vpnGatewayInterface === input.vpnGatewayInterface &&
        resolve(other.state.vpnGateway ?? "", VPN_GATEWAYS, other) ===
          resolve(input.vpnGateway ?? "", VPN_GATEWAYS, world),
    );
  if (same !== undefined) {
    invalid(
      "resource.peerExternalGatewayInterface",
      input.peerExternalGatewayInterface,
      `A tunnel with same peer external VPN gateway interface and VPN gateway interface already exists: '${same.id}'.`,
    );
  }
  return there.ipAddress ?? there.ipv6Address ?? "";
}

function demandGooglePeer(input: Input, ownId: string, world: World): string {
  const field = "resource.peerGcpGateway";
  const peer = demand(haVpnGateway, VPN_GATEWAYS, field, input.peerGcpGateway, world);
  if (peer.id === ownId) invalid(field, input.peerGcpGateway, "A VPN gateway cannot be its own peer.");
  if (peer.region !== world.region)
    invalid(field, input.peerGcpGateway, "Both VPN gateways must be in the same region.");
  if (input.peerExternalGatewayInterface !== undefined) {
    invalid(
      "resource.peerExternalGatewayInterface",
      input.peerExternalGatewayInterface,
      "It can only be specified with peerExternalGateway.",
    );
  }
  return peer.state.vpnInterfaces.find((each) => each.id === input.vpnGatewayInterface)?.ipAddress ?? "";
}

function demandCiphers(suite: Input["cipherSuite"]): void {
  const { phase1, phase2 } = suite ?? {};
  const lists: [string, string[] | undefined, string[]][] = [
    ["phase1.encryption", phase1?.encryptions, ENCRYPTIONS],
    ["phase1.integrity", phase1?.integrities, INTEGRITIES],
    ["phase1.prf", phase1?.prves, PSEUDO_RANDOM],
    ["phase1.dh", phase1?.dhs, GROUPS],
    ["phase2.encryption", phase2?.encryptions, ENCRYPTIONS],
    ["phase2.integrity", phase2?.integrities, INTEGRITIES],
    ["phase2.pfs", phase2?.pfs, GROUPS],
  ];
  for (const [name, values, allowed] of lists) {
    const unknown = values?.find((value) => !allowed.includes(value));
    if (unknown !== undefined)
      invalid(`resource.cipherSuite.${name}`, unknown, `Must be one of ${allowed.join(", ")}.`);
  }
  for (const [name, phase] of Object.entries({ phase1, phase2 })) {
    const authenticated =
      phase?.encryptions?.every((value) => AEAD.includes(value)) === true && phase.encryptions.length > 0;
    if (authenticated && (phase.integrities ?? []).length > 0) {
      invalid(
        `resource.cipherSuite.${name}.integrity`,
        phase.integrities?.[0],
        "Integrity algorithms cannot be combined with AEAD ciphers only.",
      );
    }
  }
}

function demandSelectors(input: Input): void {
  for (const key of ["localTrafficSelectors", "remoteTrafficSelectors"] as const) {
    const values = input[key] ?? [];
    values.forEach((value, index) => {
      if (parseRange(value) === undefined)
        invalid(`resource.${key}[${index}]`, value, "Must be a valid CIDR address range.");
    });
    if (values.some((value) => value !== "0.0.0.0/0")) {
      invalid(
        `resource.${key}`,
        values.join(","),
        "Traffic selectors of HA VPN tunnels, which use dynamic routing, are always 0.0.0.0/0.",
      );
    }
  }
}

const isPeerAddress = (text: string): boolean =>
  parseAddress(text) !== undefined &&
  !/^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|22[4-9]|2[345]\d)\./.test(text);
