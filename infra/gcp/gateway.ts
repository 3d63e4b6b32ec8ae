import { ExternalVpnGateway } from "@pulumi/gcp/compute/externalVpnGateway.js";
import { HaVpnGateway } from "@pulumi/gcp/compute/haVpnGateway.js";
import { NetworkPeering } from "@pulumi/gcp/compute/networkPeering.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterInterface } from "@pulumi/gcp/compute/routerInterface.js";
import { RouterPeer } from "@pulumi/gcp/compute/routerPeer.js";
import { VPNTunnel } from "@pulumi/gcp/compute/vpntunnel.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { IPSEC_PROPOSAL } from "../plan/ipsec.ts";
import type { GcpRegionPlan, PeeringLink, VpnLink } from "../plan/topology.ts";
import { type RegionGateway, remoteEnd, type VpnEnd } from "../region.ts";

/** Google's names of the algorithms that the plan knows. */
const ENCRYPTION: Record<string, string> = { "AES-256-CBC": "AES-CBC-256", "AES-256-GCM": "AES-GCM-16-256" };
const INTEGRITY: Record<string, { integrity: string; prf: string }> = {
  "SHA2-384": { integrity: "HMAC-SHA2-384-192", prf: "PRF-HMAC-SHA2-384" },
};

/** How many addresses the other side has decides what Google calls it. */
const REDUNDANCY: Record<number, string> = {
  1: "SINGLE_IP_INTERNALLY_REDUNDANT",
  2: "TWO_IPS_REDUNDANCY",
  4: "FOUR_IPS_REDUNDANCY",
};

/**
 * The region's way to the others: an HA VPN gateway with two interfaces and a Cloud Router for clouds other than Google's,
 * network peering for Google's own.
 */
export class GcpGateway extends ComponentResource implements RegionGateway {
  /** Addresses of interfaces 0 and 1. */
  readonly addresses: Output<string[]>;
  /** Self link of the region's network. */
  readonly networkId: Output<string>;
  readonly #name: string;
  readonly #plan: GcpRegionPlan;
  readonly #gateway: HaVpnGateway;
  readonly #router: Router;

  constructor(name: string, args: { plan: GcpRegionPlan; network: Output<string> }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Gateway", name, {}, opts);
    const { plan, network } = args;
    const region = plan.location;
    this.#name = name;
    this.#plan = plan;
    this.#gateway = new HaVpnGateway(
      name,
      { region, network, stackType: "IPV4_ONLY", labels: plan.tags },
      { parent: this },
    );
    this.#router = new Router(
      name,
      {
        region,
        network,
        description: `BGP of ${plan.name}`,
        bgp: {
          asn: plan.asn,
          // One route for the whole region: it covers nodes, pods and the control plane, and never changes.
          advertiseMode: "CUSTOM",
          advertisedIpRanges: [{ range: plan.addresses.region, description: plan.name }],
          keepaliveInterval: 20,
        },
      },
      { parent: this },
    );
    this.networkId = network;
    this.addresses = this.#gateway.vpnInterfaces.apply((interfaces) =>
      interfaces.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0)).map((each) => each.ipAddress),
    );
    this.registerOutputs({ addresses: this.addresses, networkId: this.networkId });
  }

  outsideAddresses(link: VpnLink, side: 0 | 1): Output<string>[] {
    return link.tunnels.map(({ interfaces }) => this.addresses.apply((addresses) => addresses[interfaces[side]] ?? ""));
  }

  /** Creates this end of a link: the peer as Google sees it, then for each tunnel the tunnel, the router's interface and the BGP session. */
  connect({ link, side, keys, remoteAddresses }: VpnEnd): Output<string>[] {
    const remote = remoteEnd(link, side);
    const name = `${this.#name}-${remote.region}`;
    const region = this.#plan.location;
    const child = { parent: this };
    const redundancyType = REDUNDANCY[remoteAddresses.length];
    if (redundancyType === undefined) {
      throw new Error(
        `${link.name}: Google's VPN joins a peer with 1, 2 or 4 addresses, and ${remote.region} has ${remoteAddresses.length}`,
      );
    }
    const peer = new ExternalVpnGateway(
      name,
      {
        description: `Gateway of ${remote.region}`,
        redundancyType,
        interfaces: remoteAddresses.map((ipAddress, id) => ({ id, ipAddress })),
        labels: this.#plan.tags,
      },
      child,
    );
    link.tunnels.forEach((planned, index) => {
      const key = keys[index];
      if (key === undefined) throw new Error(`${link.name}: tunnel ${planned.name} has no pre-shared key`);
      const tunnel = new VPNTunnel(
        `${name}-${index}`,
        {
          region,
          description: planned.name,
          vpnGateway: this.#gateway.selfLink,
          vpnGatewayInterface: planned.interfaces[side],
          peerExternalGateway: peer.selfLink,
          peerExternalGatewayInterface: index,
          router: this.#router.selfLink,
          ikeVersion: IPSEC_PROPOSAL.ikeVersion,
          sharedSecret: key,
          cipherSuite: CIPHER_SUITE,
          labels: this.#plan.tags,
        },
        child,
      );
      const bgpInterface = new RouterInterface(
        `${name}-${index}`,
        {
          region,
          router: this.#router.name,
          ipRange: `${planned.insideAddresses[side]}/30`,
          vpnTunnel: tunnel.selfLink,
        },
        child,
      );
      new RouterPeer(
        `${name}-${index}`,
        {
          region,
          router: this.#router.name,
          interface: bgpInterface.name,
          ipAddress: planned.insideAddresses[side],
          peerIpAddress: planned.insideAddresses[side === 0 ? 1 : 0],
          peerAsn: remote.asn,
          // The same on all tunnels, so that traffic spreads over them.
          advertisedRoutePriority: 100,
          // Neither AWS nor Azure speaks it over a VPN.
          bfd: { sessionInitializationMode: "DISABLED" },
        },
        child,
      );
    });
    return this.outsideAddresses(link, side);
  }

  /** Peers two networks. Google lets a network take part in one such change at a time, hence one side after the other. */
  peer(link: PeeringLink, other: RegionGateway): void {
    if (!(other instanceof GcpGateway)) {
      throw new Error(`${link.name}: a network peering needs Google Cloud at both ends, use a VPN link instead`);
    }
    const routes = { exportCustomRoutes: true, importCustomRoutes: true };
    const here = new NetworkPeering(
      `${this.#name}-${other.#plan.name}`,
      { network: this.networkId, peerNetwork: other.networkId, ...routes },
      { parent: this },
    );
    new NetworkPeering(
      `${other.#name}-${this.#plan.name}`,
      { network: other.networkId, peerNetwork: this.networkId, ...routes },
      { parent: other, dependsOn: [here] },
    );
  }
}

const integrity = INTEGRITY[IPSEC_PROPOSAL.phase1.integrity];

/** The stack's one proposal in Google's words. Lifetimes cannot be set: Cloud VPN takes what the peer proposes. */
const CIPHER_SUITE = {
  phase1: {
    encryptions: names([ENCRYPTION[IPSEC_PROPOSAL.phase1.encryption]]),
    integrities: names([integrity?.integrity]),
    prves: names([integrity?.prf]),
    dhs: [`Group-${IPSEC_PROPOSAL.phase1.diffieHellmanGroup}`],
  },
  phase2: {
    encryptions: names([ENCRYPTION[IPSEC_PROPOSAL.phase2.encryption]]),
    pfs: [`Group-${IPSEC_PROPOSAL.phase2.perfectForwardSecrecyGroup}`],
  },
};

function names(known: (string | undefined)[]): string[] {
  return known.map((name) => {
    if (name === undefined) throw new Error("infra/plan/ipsec.ts names an algorithm that Google's VPN does not have");
    return name;
  });
}
