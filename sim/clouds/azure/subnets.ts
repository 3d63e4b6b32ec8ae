import type { Subnet, SubnetArgs } from "@pulumi/azure-native/network/subnet.js";
import type { VirtualNetwork, VirtualNetworkArgs } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { Unwrap } from "@pulumi/pulumi";
import { contains, overlaps, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newChild, referenced } from "./arm.ts";
import { checkDelegations, delegationsOf } from "./delegations.ts";
import { given } from "./given.ts";
import { childrenOf, find, nameOf, parentOf, parseId, same } from "./ids.ts";
import { etag } from "./metadata.ts";
import { natGateway } from "./natGateways.ts";
import { checkNetworkName, childName } from "./networkNames.ts";
import { checkPrefix } from "./ranges.ts";
import { networkSecurityGroup } from "./securityGroups.ts";
import { dependentsOf } from "./usage.ts";
import { virtualNetwork } from "./virtualNetworks.ts";

export const SUBNET = "Microsoft.Network/virtualNetworks/subnets";

/** A subnet as others see it, whether it is a resource of its own or part of its network's request. */
export interface SubnetView {
  id: string;
  name: string;
  network: Stored<OutputsOf<VirtualNetwork>>;
  prefixes: string[];
  /** Services that it is delegated to. */
  delegations: string[];
  natGateway: string | undefined;
  inline: boolean;
}

type Input = Unwrap<SubnetArgs>;
type InlineInput = Unwrap<VirtualNetworkArgs>["subnets"];

export const subnet: Service<OutputsOf<Subnet>> = service<SubnetArgs, Subnet>("azure-native:network:Subnet", {
  replaceOn: ["subnetName", "virtualNetworkName", "resourceGroupName"],
  naming: childName("subnetName"),
  create: (input, world) => {
    const name = input.subnetName ?? world.logicalName;
    checkNetworkName(name);
    const { child, parent } = newChild(world, subnet, SUBNET, input, virtualNetwork, input.virtualNetworkName, name);
    const taken = subnetsOf(world, parent).find((other) => same(other.id, child.id));
    if (taken !== undefined) refuse("ResourceExists", `cannot create already existing resource '${taken.id}'`);
    check(input, child, parent, world);
    return {
      id: child.id,
      name: child.name,
      type: SUBNET,
      azureApiVersion: "2024-05-01",
      defaultOutboundAccess: input.defaultOutboundAccess ?? true,
      delegations: delegationsOf(input.delegations, child.id, world),
      etag: etag(world),
      ipConfigurationProfiles: [],
      ipConfigurations: [],
      privateEndpointNetworkPolicies: input.privateEndpointNetworkPolicies ?? "Disabled",
      privateEndpoints: [],
      privateLinkServiceNetworkPolicies: input.privateLinkServiceNetworkPolicies ?? "Enabled",
      provisioningState: "Succeeded",
      purpose: child.name === "GatewaySubnet" ? "GatewaySubnet" : "",
      resourceNavigationLinks: [],
      serviceAssociationLinks: [],
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    const parent =
      find(world, virtualNetwork, parentOf(current.id)) ??
      refuse("ResourceNotFound", `The Resource '${parentOf(current.id)}' was not found.`);
    const child = { id: current.id, name: nameOf(current.id), type: SUBNET, location: current.region };
    check(input, child, parent, world);
    if ((current.inputs.defaultOutboundAccess ?? true) !== (input.defaultOutboundAccess ?? true)) {
      refuse(
        "DefaultOutboundAccessCannotBeUpdated",
        `DefaultOutboundAccess of subnet ${current.id} can only be set when the subnet is created.`,
      );
    }
    const before = prefixesIn(current.inputs as Input);
    const users = dependentsOf(world, current);
    const lost = before.filter((prefix) => !prefixesIn(input).some((kept) => contains(kept, prefix)));
    if (lost.length > 0 && users.length > 0) {
      refuse(
        "InUsePrefixCannotBeDeleted",
        `IpPrefix ${lost[0]} on Subnet ${child.name} has active allocations and cannot be deleted.`,
      );
    }
    return { etag: etag(world), delegations: delegationsOf(input.delegations, current.id, world) };
  },
  remove: (current, world) => {
    deletable(world, current.id);
    checkSubnetUnused(current, world);
  },
  seconds: { create: 5, update: 5, remove: 10 },
});

/** All subnets of a network. */
export function subnetsOf(world: World, network: { id: string }): SubnetView[] {
  const stored = find(world, virtualNetwork, network.id);
  if (stored === undefined) return [];
  const own = childrenOf(world, subnet, network.id).map((child) => view(child.id, child.state, stored, false));
  const inline = (stored.state.subnets ?? []).map((part) => view(part.id ?? "", part, stored, true));
  return [...own, ...inline];
}

/** The subnet with an id. */
export function findSubnet(world: World, id: string | undefined): SubnetView | undefined {
  if (id === undefined || parseId(id) === undefined) return undefined;
  return subnetsOf(world, { id: parentOf(id) }).find((candidate) => same(candidate.id, id));
}

/** The subnet with an id, in `location`. Refuses where there is none; `by` names what refers to it. */
export const requireSubnet = (
  world: World,
  id: string | undefined,
  { location, by }: { location: string; by: string },
): SubnetView =>
  [findSubnet(world, id)].find((found) => found?.network.region === location) ??
  refuse(
    "InvalidResourceReference",
    `Resource ${id ?? ""} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );

/** Refuses the deletion of a subnet that something stands in. */
export function checkSubnetUnused(current: { id: string }, world: World): void {
  const [user] = dependentsOf(world, {
    id: current.id,
    type: "",
    account: "",
    region: "",
    urn: "",
    inputs: {},
    state: {},
  });
  if (user === undefined) return;
  refuse(
    "InUseSubnetCannotBeDeleted",
    `Subnet ${nameOf(current.id)} is in use by ${user.id} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
}

/** What Azure adds to subnets that are part of their network's request. */
export const inlineSubnets = (inputs: InlineInput, networkId: string, world: World) =>
  given(inputs ?? []).map(({ name, addressPrefix, addressPrefixes, delegations: asked, natGateway: nat }) => {
    const id = `${networkId}/subnets/${name}`;
    return {
      ...given({ name, addressPrefix, addressPrefixes, natGateway: nat }),
      id,
      delegations: delegationsOf(asked, id, world),
      etag: etag(world),
      ipConfigurationProfiles: [],
      ipConfigurations: [],
      privateEndpoints: [],
      provisioningState: "Succeeded",
      purpose: name === "GatewaySubnet" ? "GatewaySubnet" : "",
      resourceNavigationLinks: [],
      serviceAssociationLinks: [],
    };
  });

/** Checks a subnet's ranges against its network's and against the subnets beside it. */
export function checkSubnetRanges(
  child: { id: string; name: string; prefixes: readonly string[] },
  within: { name: string; space: readonly string[]; others: readonly { id: string; prefixes: readonly string[] }[] },
): void {
  if (child.prefixes.length === 0) {
    refuse("SubnetAddressPrefixMissing", `Subnet ${child.id} has neither AddressPrefix nor AddressPrefixes.`);
  }
  for (const prefix of child.prefixes) {
    checkPrefix(prefix, child.id);
    if (!within.space.some((range) => contains(range, prefix))) {
      refuse(
        "NetcfgInvalidSubnet",
        `Subnet '${child.name}' is not valid because its IP address range is outside the IP address range of virtual network '${within.name}'.`,
      );
    }
    if ((parseRange(prefix)?.prefix ?? 0) > 29) {
      refuse(
        "NetcfgInvalidSubnet",
        `Subnet '${child.name}' is not valid in virtual network '${within.name}': ${prefix} is too small, as Azure keeps five addresses of every subnet for itself. The smallest is a /29.`,
      );
    }
    const other = within.others.find(
      (candidate) => !same(candidate.id, child.id) && candidate.prefixes.some((taken) => overlaps(taken, prefix)),
    );
    if (other !== undefined) {
      refuse(
        "NetcfgSubnetRangesOverlap",
        `Subnet '${child.name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${within.name}'.`,
      );
    }
  }
}

function check(input: Input, child: Identity, parent: Stored<OutputsOf<VirtualNetwork>>, world: World): void {
  const prefixes = prefixesIn(input);
  if (input.ipamPoolPrefixAllocations === undefined) {
    checkSubnetRanges(
      { id: child.id, name: child.name, prefixes },
      {
        name: parent.state.name,
        space: parent.state.addressSpace?.addressPrefixes ?? [],
        others: subnetsOf(world, parent),
      },
    );
  }
  if (input.addressPrefix !== undefined && input.addressPrefixes !== undefined) {
    refuse(
      "InvalidRequestFormat",
      `Subnet ${child.id} has both AddressPrefix and AddressPrefixes. Only one of them can be specified.`,
    );
  }
  if (input.networkSecurityGroup?.id !== undefined) {
    referenced(
      world,
      networkSecurityGroup,
      {
        id: input.networkSecurityGroup.id,
        type: "Microsoft.Network/networkSecurityGroups",
        path: "properties.networkSecurityGroup",
      },
      child,
    );
  }
  if (input.natGateway !== undefined) {
    referenced(
      world,
      natGateway,
      { id: input.natGateway.id, type: "Microsoft.Network/natGateways", path: "properties.natGateway" },
      child,
    );
    if (child.name === "GatewaySubnet") {
      refuse(
        "NatGatewayNotSupportedOnGatewaySubnet",
        `NAT gateway ${input.natGateway.id} cannot be associated with subnet ${child.id}: a gateway subnet takes no NAT gateway.`,
      );
    }
  }
  if (input.routeTable?.id !== undefined) {
    // This simulator holds no route tables, so none can exist.
    refuse(
      "InvalidResourceReference",
      `Resource ${input.routeTable.id} referenced by resource ${child.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  checkDelegations(input.delegations, child.id);
}

const prefixesIn = (input: { addressPrefix?: string | undefined; addressPrefixes?: string[] | undefined }): string[] =>
  input.addressPrefixes ?? (input.addressPrefix === undefined ? [] : [input.addressPrefix]);

interface SubnetState {
  name?: string | undefined;
  addressPrefix?: string | undefined;
  addressPrefixes?: string[] | undefined;
  delegations?: { serviceName?: string | undefined }[] | undefined;
  natGateway?: { id?: string | undefined } | undefined;
}

const view = (
  id: string,
  state: SubnetState,
  network: Stored<OutputsOf<VirtualNetwork>>,
  inline: boolean,
): SubnetView => ({
  id,
  name: nameOf(id),
  network,
  prefixes: prefixesIn(state),
  delegations: (state.delegations ?? []).flatMap(({ serviceName }) => serviceName ?? []),
  natGateway: state.natGateway?.id,
  inline,
});
