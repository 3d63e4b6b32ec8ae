import { LocalNetworkGateway } from "@pulumi/azure-native/network/localNetworkGateway.js";
import { VirtualNetworkGateway } from "@pulumi/azure-native/network/virtualNetworkGateway.js";
import { VirtualNetworkGatewayConnection } from "@pulumi/azure-native/network/virtualNetworkGatewayConnection.js";
import { VirtualNetworkPeering } from "@pulumi/azure-native/network/virtualNetworkPeering.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan, PeeringLink, Tunnel, VpnLink } from "../plan/topology.ts";
import { type RegionGateway, remoteEnd, type VpnEnd } from "../region.ts";
import { IPSEC_POLICIES } from "./ipsec.ts";
import { lock } from "./locks.ts";
import type { AzureNetwork } from "./network.ts";
import { addressOf, zoneRedundantAddress } from "./publicAddresses.ts";

const INSTANCES = [0, 1] as const;

/**
 * The region's way to the others: a VPN gateway of two instances that are both active, each with an address of its own, for
 * other clouds; VNet peering for Azure's own regions.
 */
export class AzureGateway extends ComponentResource implements RegionGateway {
  readonly id: Output<string>;
  /** Public addresses of instances 0 and 1. */
  readonly addresses: Output<string>[];
  readonly #name: string;
  readonly #plan: AzureRegionPlan;
  readonly #group: ResourceGroup;
  readonly #network: AzureNetwork;
  readonly #gateway: VirtualNetworkGateway;

  constructor(
    name: string,
    args: { plan: AzureRegionPlan; group: ResourceGroup; network: AzureNetwork },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:Gateway", name, {}, opts);
    const { plan, group, network } = args;
    this.#name = name;
    this.#plan = plan;
    this.#group = group;
    this.#network = network;
    const publicAddresses = INSTANCES.map((instance) =>
      zoneRedundantAddress(`${name}-${instance}`, { plan, group }, this),
    );
    this.#gateway = new VirtualNetworkGateway(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        // Named here, as the ids of its own IP configurations must be known to ask for it.
        virtualNetworkGatewayName: name,
        gatewayType: "Vpn",
        vpnType: "RouteBased",
        vpnGatewayGeneration: "Generation2",
        // The smallest that spans zones and has Generation 2's 1 Gbit/s and 30 tunnels.
        sku: { name: "VpnGw2AZ", tier: "VpnGw2AZ" },
        activeActive: true,
        enableBgp: true,
        ipConfigurations: publicAddresses.map((address, instance) => ({
          name: ipConfigurationName(instance),
          subnet: { id: network.gatewaySubnetId },
          publicIPAddress: { id: address.id },
        })),
        bgpSettings: {
          asn: plan.asn,
          // All that any peer may ever use: a peer that comes later changes nothing here.
          bgpPeeringAddresses: INSTANCES.map((instance) => ({
            ipconfigurationId: this.#ipConfigurationId(instance),
            customBgpIpAddresses: plan.reservedInsideAddresses
              .filter((reserved) => reserved.interface === instance)
              .map((reserved) => reserved.address),
          })),
        },
        tags: plan.tags,
      },
      { parent: this },
    );
    lock(`${name}-lock`, { plan, scope: this.#gateway.id }, this);
    this.addresses = publicAddresses.map((address) => addressOf(address));
    this.id = this.#gateway.id;
    this.registerOutputs({ id: this.id, addresses: this.addresses });
  }

  outsideAddresses(link: VpnLink, side: 0 | 1): Output<string>[] {
    return link.tunnels.map((tunnel) => {
      const address = this.addresses[tunnel.interfaces[side]];
      if (address === undefined) {
        throw new Error(`${tunnel.name}: the gateway has instances 0 and 1, and no ${tunnel.interfaces[side]}`);
      }
      return address;
    });
  }

  /** Creates this end of a link: for each tunnel the peer as Azure sees it, and a connection to it. */
  connect({ link, side, keys, remoteAddresses }: VpnEnd): Output<string>[] {
    const remote = remoteEnd(link, side);
    const placed = {
      resourceGroupName: this.#group.name,
      location: this.#plan.location,
      tags: this.#plan.tags,
    };
    link.tunnels.forEach((tunnel, index) => {
      const [sharedKey, gatewayIpAddress] = [keys[index], remoteAddresses[index]];
      if (sharedKey === undefined || gatewayIpAddress === undefined) {
        throw new Error(`${tunnel.name}: a tunnel needs a pre-shared key and the peer's outside address`);
      }
      const peer = new LocalNetworkGateway(
        `${this.#name}-${remote.region}-${index}`,
        {
          ...placed,
          gatewayIpAddress,
          // No address space: what lies behind the peer is learned from it.
          bgpSettings: { asn: remote.asn, bgpPeeringAddress: tunnel.insideAddresses[side === 0 ? 1 : 0] },
        },
        { parent: this },
      );
      new VirtualNetworkGatewayConnection(
        `${this.#name}-${remote.region}-${index}`,
        {
          ...placed,
          connectionType: "IPsec",
          connectionProtocol: "IKEv2",
          connectionMode: "Default",
          virtualNetworkGateway1: { id: this.#gateway.id },
          localNetworkGateway2: { id: peer.id },
          enableBgp: true,
          gatewayCustomBgpIpAddresses: this.#insideAddresses(tunnel, side, remote.region),
          ipsecPolicies: IPSEC_POLICIES,
          sharedKey,
          dpdTimeoutSeconds: 45,
        },
        { parent: this },
      );
    });
    return this.outsideAddresses(link, side);
  }

  /**
   * Peers two VNets, each side asking. Neither uses the other's gateway (Azure forbids it to a VNet that has its own), and
   * neither forwards for a third: every pair of regions has a link of its own.
   */
  peer(link: PeeringLink, other: RegionGateway): void {
    if (!(other instanceof AzureGateway)) {
      throw new Error(`${link.name}: a VNet peering needs Azure at both ends, use a VPN link instead`);
    }
    const sides = [
      { here: this, there: other },
      { here: other, there: this },
    ];
    for (const { here, there } of sides) {
      new VirtualNetworkPeering(
        `${here.#name}-${there.#plan.name}`,
        {
          resourceGroupName: here.#group.name,
          virtualNetworkName: here.#network.vnetName,
          virtualNetworkPeeringName: there.#plan.name,
          remoteVirtualNetwork: { id: there.#network.id },
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: false,
          allowGatewayTransit: false,
          useRemoteGateways: false,
        },
        // Azure changes a VNet once at a time: after its subnets and its gateway.
        { parent: here, dependsOn: [here.#gateway, there.#gateway] },
      );
    }
  }

  /**
   * The inside address of the tunnel at each instance. The peer answers only the instance that carries the tunnel, but Azure
   * wants one for the other as well: the reserved address that has the same place there.
   */
  #insideAddresses(
    tunnel: Tunnel,
    side: 0 | 1,
    peer: string,
  ): { ipConfigurationId: Output<string>; customBgpIpAddress: string }[] {
    const own = tunnel.insideAddresses[side];
    const carrying = tunnel.interfaces[side];
    const peerNumber = this.#plan.peers.find((candidate) => candidate.region === peer)?.number;
    const reserved = (instance: number) =>
      this.#plan.reservedInsideAddresses
        .filter((each) => each.peerNumber === peerNumber && each.interface === instance)
        .map((each) => each.address);
    const place = reserved(carrying).indexOf(own);
    return INSTANCES.map((instance) => {
      const customBgpIpAddress = instance === carrying ? own : reserved(instance)[place];
      if (place < 0 || customBgpIpAddress === undefined) {
        throw new Error(
          `${tunnel.name}: ${own} is not among the addresses that ${this.#plan.name} reserves for ${peer} (number ${peerNumber}); raise novacron:mesh.capacity above every region's number`,
        );
      }
      return { ipConfigurationId: this.#ipConfigurationId(instance), customBgpIpAddress };
    });
  }

  #ipConfigurationId(instance: number): Output<string> {
    return interpolate`${this.#group.id}/providers/Microsoft.Network/virtualNetworkGateways/${this.#name}/ipConfigurations/${ipConfigurationName(instance)}`;
  }
}

const ipConfigurationName = (instance: number): string => `instance-${instance}`;
