import type {
  VirtualNetworkGateway,
  VirtualNetworkGatewayArgs,
} from "@pulumi/azure-native/network/virtualNetworkGateway.js";
import type { Unwrap } from "@pulumi/pulumi";
import { addressIn, contains, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newResource, referenced } from "./arm.ts";
import { given } from "./given.ts";
import { find, nameOf, parentOf, same } from "./ids.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName } from "./networkNames.ts";
import { checkAddressFree, PUBLIC_ADDRESS, publicIpAddress } from "./publicAddresses.ts";
import { findSubnet, requireSubnet } from "./subnets.ts";
import { dependentsOf } from "./usage.ts";
import { checkGatewaySku } from "./vpnGatewaySkus.ts";

const GATEWAY = "Microsoft.Network/virtualNetworkGateways";

/** Link-local addresses that a gateway accepts for BGP. */
const APIPA = ["169.254.21.0/24", "169.254.22.0/24"];

type Input = Unwrap<VirtualNetworkGatewayArgs>;

export const virtualNetworkGateway: Service<OutputsOf<VirtualNetworkGateway>> = service<
  VirtualNetworkGatewayArgs,
  VirtualNetworkGateway
>("azure-native:network:VirtualNetworkGateway", {
  replaceOn: ["virtualNetworkGatewayName", "resourceGroupName", "location"],
  naming: anyName("virtualNetworkGatewayName"),
  create: (input, world) => {
    checkNetworkName(input.virtualNetworkGatewayName ?? "");
    const gateway = newResource(world, virtualNetworkGateway, GATEWAY, input, input.virtualNetworkGatewayName);
    check(input, gateway, world);
    return {
      ...gateway,
      activeActive: input.activeActive ?? false,
      azureApiVersion: "2024-05-01",
      enableBgp: input.enableBgp ?? false,
      gatewayType: input.gatewayType ?? "Vpn",
      inboundDnsForwardingEndpoint: "",
      provisioningState: "Succeeded",
      resourceGuid: guid(world),
      vpnGatewayGeneration: input.vpnGatewayGeneration ?? "Generation1",
      vpnType: input.vpnType ?? "RouteBased",
      ...computed(input, gateway.id, world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    const before = current.inputs as Input;
    for (const property of ["gatewayType", "vpnType", "vpnGatewayGeneration"] as const) {
      if (before[property] !== input[property]) {
        refuse(
          "VirtualNetworkGatewayPropertyCannotBeUpdated",
          `Property ${property} of virtual network gateway ${current.id} cannot be changed from ${before[property]} to ${input[property]}. Delete the gateway and create it again.`,
        );
      }
    }
    check(input, { id: current.id, name: current.state.name, type: GATEWAY, location: current.region }, world);
    return computed(input, current.id, world);
  },
  remove: (gateway, world) => {
    deletable(world, gateway.id);
    const [user] = dependentsOf(world, gateway);
    if (user === undefined) return;
    refuse(
      "InUseVirtualNetworkGatewayCannotBeDeleted",
      `Virtual network gateway ${gateway.id} cannot be deleted because it is in use by the following resources: ${user.id}. Delete the connections of the gateway first.`,
    );
  },
  seconds: { create: 1800, update: 600, remove: 600 },
});

/** What Azure adds to a gateway's IP configurations and BGP settings. */
function computed(input: Input, id: string, world: World) {
  const configurations = (input.ipConfigurations ?? []).map((configuration, index) => {
    const subnet = findSubnet(world, configuration.subnet?.id);
    return {
      ...given(configuration),
      etag: etag(world),
      id: `${id}/ipConfigurations/${configuration.name ?? "default"}`,
      privateIPAddress: addressIn(subnet?.prefixes[0] ?? "0.0.0.0/0", 4 + index),
      privateIPAllocationMethod: configuration.privateIPAllocationMethod ?? "Dynamic",
      provisioningState: "Succeeded",
    };
  });
  const asked = given(input.bgpSettings) ?? {};
  const peers = configurations.map((configuration) => ({
    customBgpIpAddresses: customAddresses(input, configuration.id),
    defaultBgpIpAddresses: [configuration.privateIPAddress],
    ipconfigurationId: configuration.id,
    tunnelIpAddresses: [find(world, publicIpAddress, configuration.publicIPAddress?.id)?.state.ipAddress ?? ""],
  }));
  return {
    etag: etag(world),
    ipConfigurations: configurations,
    sku: { capacity: 2, name: input.sku?.name ?? "", tier: input.sku?.tier ?? input.sku?.name ?? "" },
    bgpSettings: {
      asn: asked.asn ?? 65515,
      bgpPeeringAddress: configurations.map((configuration) => configuration.privateIPAddress).join(","),
      bgpPeeringAddresses: peers,
      peerWeight: asked.peerWeight ?? 0,
    },
  };
}

function check(input: Input, gateway: Identity, world: World): void {
  const { id } = gateway;
  const type = input.gatewayType ?? "Vpn";
  if (!["Vpn", "ExpressRoute", "LocalGateway"].includes(type)) {
    refuse("InvalidGatewayType", `Gateway type ${type} of virtual network gateway ${id} is not valid.`);
  }
  checkGatewaySku(input, id);
  const configurations = input.ipConfigurations ?? [];
  if (configurations.length === 0) {
    refuse("VirtualNetworkGatewayIpConfigurationMissing", `Virtual network gateway ${id} has no IP configuration.`);
  }
  if (input.activeActive === true && ![2, 3].includes(configurations.length)) {
    refuse(
      "ActiveActiveGatewayMustHaveExactlyTwoIpConfigurations",
      `Gateway has ${configurations.length} IP configurations specified for gateway ${id}. ActiveActive Gateway must be created with two IP configurations.`,
    );
  }
  if (input.activeActive !== true && configurations.length > 1) {
    refuse(
      "ActiveStandbyGatewayMustHaveExactlyOneIpConfiguration",
      `Gateway has ${configurations.length} IP configurations specified for gateway ${id}. A gateway that is not ActiveActive must be created with one IP configuration.`,
    );
  }
  const names = configurations.map(({ name }) => name ?? "default");
  if (new Set(names).size < names.length) {
    refuse("DuplicateResourceName", `Resource ${id} has two child resources with the same name (${names[0]}).`);
  }
  checkSubnet(input, gateway, world);
  checkAddresses(input, gateway, world);
  checkBgp(input, id);
}

function checkSubnet(input: Input, gateway: Identity, world: World): void {
  for (const configuration of input.ipConfigurations ?? []) {
    const subnet = requireSubnet(world, configuration.subnet?.id, { location: gateway.location, by: gateway.id });
    if (subnet.name !== "GatewaySubnet") {
      refuse(
        "InvalidVirtualNetworkGatewaySubnet",
        `Subnet ${subnet.id} of virtual network gateway ${gateway.id} is not valid. The subnet of a virtual network gateway must be named GatewaySubnet.`,
      );
    }
    const prefix = subnet.prefixes[0] ?? "";
    if ((parseRange(prefix)?.prefix ?? 32) > 27) {
      refuse(
        "GatewaySubnetTooSmall",
        `Subnet ${subnet.id} with address prefix ${prefix} is too small for virtual network gateway ${gateway.id}. Use /27 or larger.`,
      );
    }
    if (subnet.natGateway !== undefined) {
      refuse(
        "NatGatewayNotSupportedOnGatewaySubnet",
        `Subnet ${subnet.id} has a NAT gateway and cannot hold a virtual network gateway.`,
      );
    }
    const rival = world
      .all(virtualNetworkGateway)
      .filter(
        (other) => !same(other.id, gateway.id) && (other.state.gatewayType ?? "Vpn") === (input.gatewayType ?? "Vpn"),
      )
      .find((other) => (other.state.ipConfigurations ?? []).some((each) => same(each.subnet?.id ?? "", subnet.id)));
    if (rival !== undefined) {
      refuse(
        "VirtualNetworkGatewayOfSameTypeAlreadyExists",
        `Virtual network ${parentOf(subnet.id)} already has virtual network gateway ${nameOf(rival.id)} of type ${input.gatewayType ?? "Vpn"}. A virtual network has one gateway of each type.`,
      );
    }
  }
}

function checkAddresses(input: Input, gateway: Identity, world: World): void {
  const zoned = (input.sku?.name ?? "").endsWith("AZ");
  const addresses = (input.ipConfigurations ?? []).map((configuration) => {
    if (configuration.publicIPAddress?.id === undefined) {
      refuse(
        "PublicIpForGatewayIsRequired",
        `Public IP address reference is required for gateway IP configration ${gateway.id}.`,
      );
    }
    const address = referenced(
      world,
      publicIpAddress,
      {
        id: configuration.publicIPAddress?.id,
        type: PUBLIC_ADDRESS,
        path: "properties.ipConfigurations[0].properties.publicIPAddress",
      },
      gateway,
    );
    checkAddressFree(address, gateway.id, world);
    if (zoned && (address.state.zones ?? []).length === 0) {
      refuse(
        "VmssVpnGatewayPublicIpsMustHaveZonesConfigured",
        `Standard Public IPs associated with VPN gateways with AZ VPN skus must have zones configured. Associated VPN gateway is ${gateway.id} and Public IP is ${address.id}.`,
      );
    }
    return address;
  });
  const ids = addresses.map((address) => address.id.toLowerCase());
  if (new Set(ids).size < ids.length) {
    refuse(
      "PublicIPAddressInUse",
      `Resource ${gateway.id} is referencing public IP address ${addresses[0]?.id} in more than one IP configuration.`,
    );
  }
  const kinds = addresses.map(({ state }) => `${state.sku?.name} ${(state.zones ?? []).toSorted().join()}`);
  if (input.activeActive === true && new Set(kinds).size > 1) {
    refuse(
      "ActiveActiveGatewayPublicIPAddressesDiffersInSkuOrZones",
      `Virtual network gateway ${gateway.id} in active active mode is using PublicIPAddresses either with different Skus or with different PublicIPAllocationMethod or from a different availability zones. Networking does not support using resources from multiple zones. Networking also does not support using both regional resources and zonal resources.`,
    );
  }
}

/** ASNs that Azure or IANA keep. Azure's own default, 65515, is a gateway's to use but not a peer's. */
export function checkAsn(asn: number, owner: string, role: "gateway" | "peer"): void {
  const azures = [8074, 8075, 12076, 65517, 65518, 65519, 65520, ...(role === "peer" ? [65515] : [])];
  const ianas: [number, number][] = [
    [23_456, 23_456],
    [64_496, 64_511],
    [65_535, 65_551],
    [429_496_729, 429_496_729],
  ];
  const reserved = azures.includes(asn) || ianas.some(([first, last]) => first <= asn && asn <= last);
  if (Number.isInteger(asn) && asn >= 1 && asn <= 4_294_967_294 && !reserved) return;
  refuse(
    "InvalidBgpAsn",
    `BGP ASN ${asn} of resource ${owner} is not valid. ASNs reserved by Azure (8074, 8075, 12076, 65515, 65517-65520) and by IANA (23456, 64496-64511, 65535-65551, 429496729) cannot be used.`,
  );
}

function checkBgp(input: Input, id: string): void {
  const settings = input.bgpSettings;
  if (settings === undefined) return;
  if (settings.asn !== undefined) checkAsn(settings.asn, id, "gateway");
  if (settings.peerWeight !== undefined && (settings.peerWeight < 0 || settings.peerWeight > 100)) {
    refuse(
      "InvalidBgpPeerWeight",
      `BGP peer weight ${settings.peerWeight} of resource ${id} is not valid. It should be between 0 and 100.`,
    );
  }
  const own = (input.ipConfigurations ?? []).map(({ name }) => `${id}/ipConfigurations/${name ?? "default"}`);
  const taken = new Set<string>();
  for (const { ipconfigurationId, customBgpIpAddresses } of settings.bgpPeeringAddresses ?? []) {
    if (!own.some((candidate) => same(candidate, ipconfigurationId ?? ""))) {
      refuse(
        "InvalidBgpPeeringAddressIpConfiguration",
        `BGP peering address of virtual network gateway ${id} names IP configuration ${ipconfigurationId ?? ""}, which the gateway does not have.`,
      );
    }
    for (const address of customBgpIpAddresses ?? []) {
      if (!APIPA.some((range) => contains(range, `${address}/32`))) {
        refuse(
          "InvalidCustomBgpIpAddress",
          `Custom BGP IP address ${address} of virtual network gateway ${id} is not valid. It should be in the range 169.254.21.0 - 169.254.22.255.`,
        );
      }
      if (taken.has(address)) {
        refuse(
          "DuplicateCustomBgpIpAddress",
          `Custom BGP IP address ${address} of virtual network gateway ${id} is given more than once.`,
        );
      }
      taken.add(address);
    }
  }
}

const customAddresses = (input: Input, configurationId: string): string[] =>
  (input.bgpSettings?.bgpPeeringAddresses ?? [])
    .filter(({ ipconfigurationId }) => same(ipconfigurationId ?? "", configurationId))
    .flatMap(({ customBgpIpAddresses }) => customBgpIpAddresses ?? []);
