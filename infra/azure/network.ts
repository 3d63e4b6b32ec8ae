import { NatGateway } from "@pulumi/azure-native/network/natGateway.js";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import { Subnet, type SubnetArgs } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { all, ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import type { RegionNetwork } from "../region.ts";
import { type NodeSlice, nodeSlices } from "./nodeSlices.ts";
import { AzureSecurityGroup, endpointRules, nodeRules } from "./securityGroups.ts";

/** Subnet of the load balancer that other regions call. */
export const WAN_SUBNET = "wan";

/**
 * The region's VNet: subnets for nodes, private endpoints, the cluster's API server, the WAN entry and the VPN gateway, each with the
 * security group and the way out that it needs. Nothing in it has a public address but the NAT gateways.
 */
export class AzureNetwork extends ComponentResource implements RegionNetwork {
  readonly id: Output<string>;
  readonly vnetName: Output<string>;
  /** Subnets of the nodes, in the order of `nodeSlices`. */
  readonly privateSubnetIds: Output<string[]>;
  /** Each of them with the slice of nodes that it holds. */
  readonly nodeSubnets: { slice: NodeSlice; id: Output<string> }[];
  readonly endpointSubnetId: Output<string>;
  readonly apiServerSubnetId: Output<string>;
  readonly wanSubnetId: Output<string>;
  readonly gatewaySubnetId: Output<string>;

  constructor(name: string, args: { plan: AzureRegionPlan; group: ResourceGroup }, opts?: ComponentResourceOptions) {
    super("novacron:azure:Network", name, {}, opts);
    const { plan, group } = args;
    const child = { parent: this };
    const placed = { resourceGroupName: group.name, location: plan.location, tags: plan.tags };

    const vnet = new VirtualNetwork(
      `${name}-vnet`,
      { ...placed, addressSpace: { addressPrefixes: [plan.addresses.network] } },
      child,
    );
    const nodes = new AzureSecurityGroup(`${name}-nodes`, { plan, group, rules: nodeRules(plan) }, child);
    const endpoints = new AzureSecurityGroup(`${name}-endpoints`, { plan, group, rules: endpointRules(plan) }, child);

    let previous: Subnet | undefined;
    const subnet = (subnetName: string, settings: Omit<SubnetArgs, "resourceGroupName" | "virtualNetworkName">) => {
      previous = new Subnet(
        `${name}-${subnetName}`,
        { resourceGroupName: group.name, virtualNetworkName: vnet.name, subnetName, ...settings },
        // A VNet takes one change at a time and refuses the second.
        { parent: this, dependsOn: previous === undefined ? [] : [previous] },
      );
      return previous;
    };

    this.nodeSubnets = nodeSlices(plan).map((slice) => {
      const natGateway = plan.nat === "none" ? undefined : this.#natGateway(name, slice, placed);
      const { id } = subnet(slice.name, {
        addressPrefix: slice.range,
        defaultOutboundAccess: false,
        networkSecurityGroup: { id: nodes.id },
        ...(natGateway === undefined ? {} : { natGateway: { id: natGateway.id } }),
      });
      return { slice, id };
    });
    const endpointSubnet = subnet("endpoints", {
      addressPrefix: plan.addresses.intra.range,
      defaultOutboundAccess: false,
      networkSecurityGroup: { id: endpoints.id },
      // Otherwise Azure lets everything through to private endpoints, whatever the security group says.
      privateEndpointNetworkPolicies: "Enabled",
    });
    // AKS keeps its own rules on the subnet that is delegated to it, so no security group of ours stands before it.
    const apiServerSubnet = subnet("apiserver", {
      addressPrefix: plan.addresses.controlPlane,
      delegations: [{ name: "aks", serviceName: "Microsoft.ContainerService/managedClusters" }],
    });
    const wanSubnet = subnet(WAN_SUBNET, {
      addressPrefix: plan.addresses.wan.range,
      defaultOutboundAccess: false,
      networkSecurityGroup: { id: nodes.id },
    });
    // The name is Azure's, and Azure allows no security group here.
    const gatewaySubnet = subnet("GatewaySubnet", { addressPrefix: plan.addresses.gateway });

    this.id = vnet.id;
    this.vnetName = vnet.name;
    this.privateSubnetIds = all(this.nodeSubnets.map((subnet) => subnet.id));
    this.endpointSubnetId = endpointSubnet.id;
    this.apiServerSubnetId = apiServerSubnet.id;
    this.wanSubnetId = wanSubnet.id;
    this.gatewaySubnetId = gatewaySubnet.id;
    this.registerOutputs({
      id: this.id,
      vnetName: this.vnetName,
      privateSubnetIds: this.privateSubnetIds,
      nodeSubnets: this.nodeSubnets,
      endpointSubnetId: this.endpointSubnetId,
      apiServerSubnetId: this.apiServerSubnetId,
      wanSubnetId: this.wanSubnetId,
      gatewaySubnetId: this.gatewaySubnetId,
    });
  }

  /** Id of the subnet that holds a slice of nodes. */
  nodeSubnetId(slice: NodeSlice): Output<string> {
    const found = this.nodeSubnets.find((subnet) => subnet.slice.name === slice.name);
    if (found === undefined) throw new Error(`the network has no subnet for the nodes of ${slice.name}`);
    return found.id;
  }

  /**
   * A NAT gateway in the first zone of a slice. (Azure's zone-redundant StandardV2 gateway would spare the slices, but no
   * API version that the provider speaks by default knows it.)
   */
  #natGateway(
    name: string,
    slice: NodeSlice,
    placed: { resourceGroupName: Output<string>; location: string; tags: Record<string, string> },
  ): NatGateway {
    const zones = slice.zones.slice(0, 1);
    const address = new PublicIPAddress(
      `${name}-${slice.name}-nat`,
      { ...placed, sku: { name: "Standard" }, publicIPAllocationMethod: "Static", zones },
      { parent: this },
    );
    return new NatGateway(
      `${name}-${slice.name}-nat`,
      {
        ...placed,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id: address.id }],
        zones,
        // Replication streams idle longer than the default of 4 minutes between bursts of state sync.
        idleTimeoutInMinutes: 10,
      },
      { parent: this },
    );
  }
}
