import type { VirtualNetwork, VirtualNetworkArgs } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseAddress } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource, refuseWhileNested } from "./arm.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName } from "./networkNames.ts";
import { checkAddressSpace } from "./ranges.ts";
import { checkSubnetRanges, checkSubnetUnused, inlineSubnets, subnetsOf } from "./subnets.ts";
import { dependentsOf } from "./usage.ts";

export const VIRTUAL_NETWORK = "Microsoft.Network/virtualNetworks";

type Input = Unwrap<VirtualNetworkArgs>;

export const virtualNetwork: Service<OutputsOf<VirtualNetwork>> = service<VirtualNetworkArgs, VirtualNetwork>(
  "azure-native:network:VirtualNetwork",
  {
    replaceOn: ["virtualNetworkName", "resourceGroupName", "location"],
    naming: anyName("virtualNetworkName"),
    create: (input, world) => {
      checkNetworkName(input.virtualNetworkName ?? "");
      const network = newResource(world, virtualNetwork, VIRTUAL_NETWORK, input, input.virtualNetworkName);
      check(input, network.id);
      checkSubnets(input, network, world);
      return {
        ...network,
        azureApiVersion: "2024-05-01",
        enableDdosProtection: input.enableDdosProtection ?? false,
        etag: etag(world),
        flowLogs: [],
        privateEndpointVNetPolicies: input.privateEndpointVNetPolicies ?? "Disabled",
        provisioningState: "Succeeded",
        resourceGuid: guid(world),
        // Subnets that are resources of their own are not repeated here: their program reads them there.
        subnets: inlineSubnets(input.subnets, network.id, world),
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      check(input, current.id);
      checkSubnets(input, { id: current.id, name: current.state.name }, world);
      return { etag: etag(world), subnets: inlineSubnets(input.subnets, current.id, world) };
    },
    remove: (network, world) => {
      deletable(world, network.id);
      const subnets = subnetsOf(world, network);
      for (const subnet of subnets) checkSubnetUnused(subnet, world);
      // Azure would take empty subnets and peerings along. Here each is a resource that a program answers for.
      const nested = [
        ...subnets.filter(({ inline }) => !inline),
        ...dependentsOf(world, network).filter(({ id }) => id.startsWith(`${network.id}/`)),
      ];
      refuseWhileNested(nested);
    },
    seconds: { create: 5, update: 5, remove: 10 },
  },
);

function check(input: Input, id: string): void {
  if (input.addressSpace?.ipamPoolPrefixAllocations === undefined) {
    checkAddressSpace(input.addressSpace?.addressPrefixes ?? [], id);
  }
  for (const server of input.dhcpOptions?.dnsServers ?? []) {
    if (parseAddress(server) === undefined) {
      refuse("InvalidDnsServerIpAddress", `The DNS server IP address '${server}' of resource ${id} is not valid.`);
    }
  }
  if (input.enableDdosProtection === true && input.ddosProtectionPlan?.id === undefined) {
    refuse(
      "DdosProtectionPlanNotProvided",
      `Virtual network ${id} has EnableDdosProtection set to true and references no DDoS protection plan.`,
    );
  }
  const timeout = input.flowTimeoutInMinutes;
  if (timeout !== undefined && (timeout < 4 || timeout > 30)) {
    refuse(
      "InvalidFlowTimeout",
      `FlowTimeoutInMinutes ${timeout} of virtual network ${id} is invalid. It should be between 4 and 30.`,
    );
  }
  if ((input.virtualNetworkPeerings ?? []).length > 0) {
    refuse("NotModelled", "the simulator knows peerings as resources of their own only (VirtualNetworkPeering)");
  }
}

/** Subnets in the request, and those that already stand in the network, must fit into its ranges. */
function checkSubnets(input: Input, network: { id: string; name: string }, world: World): void {
  const space = input.addressSpace?.addressPrefixes ?? [];
  const standing = subnetsOf(world, network).filter(({ inline }) => !inline);
  const asked = inlineSubnets(input.subnets, network.id, world).map((subnet) => ({
    id: subnet.id ?? "",
    name: subnet.name ?? "",
    prefixes: subnet.addressPrefixes ?? (subnet.addressPrefix === undefined ? [] : [subnet.addressPrefix]),
  }));
  const all = [...standing, ...asked];
  all.forEach((subnet, index) => {
    checkSubnetRanges(subnet, { name: network.name, space, others: all.slice(0, index) });
  });
}
