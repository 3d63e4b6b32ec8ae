import type { LocalNetworkGateway, LocalNetworkGatewayArgs } from "@pulumi/azure-native/network/localNetworkGateway.js";
import type { VirtualNetworkGateway } from "@pulumi/azure-native/network/virtualNetworkGateway.js";
import type {
  VirtualNetworkGatewayConnection,
  VirtualNetworkGatewayConnectionArgs,
} from "@pulumi/azure-native/network/virtualNetworkGatewayConnection.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseAddress } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newResource, referenced } from "./arm.ts";
import { given } from "./given.ts";
import { same } from "./ids.ts";
import { checkIpsecPolicies } from "./ipsecPolicies.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName } from "./networkNames.ts";
import { checkPrefix } from "./ranges.ts";
import { dependentsOf } from "./usage.ts";
import { tunnelLimit } from "./vpnGatewaySkus.ts";
import { checkAsn, virtualNetworkGateway } from "./vpnGateways.ts";

const LOCAL_GATEWAY = "Microsoft.Network/localNetworkGateways";
const CONNECTION = "Microsoft.Network/connections";

type Input = Unwrap<VirtualNetworkGatewayConnectionArgs>;

export const localNetworkGateway: Service<OutputsOf<LocalNetworkGateway>> = service<
  LocalNetworkGatewayArgs,
  LocalNetworkGateway
>("azure-native:network:LocalNetworkGateway", {
  replaceOn: ["localNetworkGatewayName", "resourceGroupName", "location"],
  naming: anyName("localNetworkGatewayName"),
  create: (input, world) => {
    checkNetworkName(input.localNetworkGatewayName ?? "");
    const gateway = newResource(world, localNetworkGateway, LOCAL_GATEWAY, input, input.localNetworkGatewayName);
    checkLocalGateway(input, gateway.id);
    return {
      ...gateway,
      azureApiVersion: "2024-05-01",
      etag: etag(world),
      provisioningState: "Succeeded",
      resourceGuid: guid(world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    checkLocalGateway(input, current.id);
    return { etag: etag(world) };
  },
  remove: (gateway, world) => {
    deletable(world, gateway.id);
    const [user] = dependentsOf(world, gateway);
    if (user === undefined) return;
    refuse(
      "InUseLocalNetworkGatewayCannotBeDeleted",
      `Local network gateway ${gateway.id} cannot be deleted because it is in use by the following resources: ${user.id}. Delete the connections of the gateway first.`,
    );
  },
  seconds: { create: 5, update: 5, remove: 5 },
});

export const virtualNetworkGatewayConnection: Service<OutputsOf<VirtualNetworkGatewayConnection>> = service<
  VirtualNetworkGatewayConnectionArgs,
  VirtualNetworkGatewayConnection
>("azure-native:network:VirtualNetworkGatewayConnection", {
  replaceOn: ["virtualNetworkGatewayConnectionName", "resourceGroupName", "location"],
  naming: anyName("virtualNetworkGatewayConnectionName"),
  create: (input, world) => {
    checkNetworkName(input.virtualNetworkGatewayConnectionName ?? "");
    const connection = newResource(
      world,
      virtualNetworkGatewayConnection,
      CONNECTION,
      input,
      input.virtualNetworkGatewayConnectionName,
    );
    const gateway = check(input, connection, world);
    return {
      ...connection,
      azureApiVersion: "2024-05-01",
      connectionMode: input.connectionMode ?? "Default",
      connectionProtocol: input.connectionProtocol ?? "IKEv2",
      // Azure reports Connected and counts bytes once traffic flows; nothing flows here.
      connectionStatus: "Unknown",
      dpdTimeoutSeconds: input.dpdTimeoutSeconds ?? 45,
      egressBytesTransferred: 0,
      enableBgp: input.enableBgp ?? false,
      etag: etag(world),
      ingressBytesTransferred: 0,
      provisioningState: "Succeeded",
      resourceGuid: guid(world),
      routingWeight: input.routingWeight ?? 0,
      tunnelConnectionStatus: [],
      usePolicyBasedTrafficSelectors: input.usePolicyBasedTrafficSelectors ?? false,
      virtualNetworkGateway1: given({ ...gateway.state, id: gateway.id }),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    const before = current.inputs as Input;
    const ends = (of: Input) => [
      of.connectionType,
      of.virtualNetworkGateway1.id,
      of.localNetworkGateway2?.id,
      of.connectionProtocol,
    ];
    if (JSON.stringify(ends(before)) !== JSON.stringify(ends(input))) {
      refuse(
        "VirtualNetworkGatewayConnectionPropertyCannotBeUpdated",
        `Type, protocol and gateways of connection ${current.id} cannot be changed. Delete the connection and create it again.`,
      );
    }
    check(input, { id: current.id, name: current.state.name, type: CONNECTION, location: current.region }, world);
    return { etag: etag(world) };
  },
  remove: (connection, world) => deletable(world, connection.id),
  writeOnly: ["sharedKey"],
  seconds: { create: 60, update: 30, remove: 60 },
});

function checkLocalGateway(input: Unwrap<LocalNetworkGatewayArgs>, id: string): void {
  const { gatewayIpAddress, fqdn, bgpSettings } = input;
  const prefixes = input.localNetworkAddressSpace?.addressPrefixes ?? [];
  if ((gatewayIpAddress === undefined) === (fqdn === undefined)) {
    refuse(
      "LocalNetworkGatewayIpAddressOrFqdnRequired",
      `Local network gateway ${id} must have one of GatewayIpAddress and Fqdn.`,
    );
  }
  if (gatewayIpAddress !== undefined && parseAddress(gatewayIpAddress) === undefined) {
    refuse(
      "InvalidIPAddress",
      `GatewayIpAddress '${gatewayIpAddress}' of local network gateway ${id} is not a valid IPv4 address.`,
    );
  }
  for (const prefix of prefixes) checkPrefix(prefix, id);
  if (prefixes.length === 0 && bgpSettings?.bgpPeeringAddress === undefined) {
    refuse(
      "LocalNetworkGatewayAddressSpaceRequired",
      `Local network gateway ${id} must have an address space or a BGP peering address.`,
    );
  }
  if (bgpSettings === undefined) return;
  const incomplete = () =>
    refuse(
      "LocalNetworkGatewayBgpSettingsIncomplete",
      `BGP settings of local network gateway ${id} must have Asn and BgpPeeringAddress.`,
    );
  const asn = bgpSettings.asn ?? incomplete();
  const bgpPeeringAddress = bgpSettings.bgpPeeringAddress ?? incomplete();
  checkAsn(asn, id, "peer");
  if (parseAddress(bgpPeeringAddress) === undefined || bgpPeeringAddress === gatewayIpAddress) {
    refuse(
      "InvalidBgpPeeringAddress",
      `BgpPeeringAddress '${bgpPeeringAddress}' of local network gateway ${id} is not valid. It should be an IPv4 address other than the gateway's public one.`,
    );
  }
}

function check(input: Input, connection: Identity, world: World) {
  const { id } = connection;
  const gateway = referenced(
    world,
    virtualNetworkGateway,
    {
      id: input.virtualNetworkGateway1.id,
      type: "Microsoft.Network/virtualNetworkGateways",
      path: "properties.virtualNetworkGateway1",
    },
    connection,
  );
  if (!["IPsec", "Vnet2Vnet", "ExpressRoute", "VPNClient"].includes(input.connectionType)) {
    refuse("InvalidConnectionType", `Connection type ${input.connectionType} of connection ${id} is not valid.`);
  }
  if (input.connectionType === "Vnet2Vnet" && input.virtualNetworkGateway2?.id === undefined) {
    refuse(
      "VirtualNetworkGateway2Required",
      `Connection ${id} of type Vnet2Vnet must reference VirtualNetworkGateway2.`,
    );
  }
  if (input.connectionType === "ExpressRoute" && input.peer?.id === undefined) {
    refuse("ExpressRouteCircuitRequired", `Connection ${id} of type ExpressRoute must reference a circuit as Peer.`);
  }
  checkKey(input.sharedKey, id);
  checkIpsecPolicies(input, id);
  checkLimits(input, id);
  if (input.connectionType === "IPsec") checkSite(input, connection, gateway, world);
  if (input.enableBgp === true && gateway.state.enableBgp !== true) {
    refuse(
      "GatewayBgpNotEnabled",
      `Connection ${id} has EnableBgp set to true, but virtual network gateway ${gateway.id} has not.`,
    );
  }
  return gateway;
}

/** Checks the peer of a site-to-site connection and what the two ends must agree on. */
function checkSite(
  input: Input,
  connection: Identity,
  gateway: Stored<OutputsOf<VirtualNetworkGateway>>,
  world: World,
): void {
  const { id } = connection;
  const site = referenced(
    world,
    localNetworkGateway,
    { id: input.localNetworkGateway2?.id, type: LOCAL_GATEWAY, path: "properties.localNetworkGateway2" },
    connection,
  );
  const others = world
    .all(virtualNetworkGatewayConnection)
    .filter(
      (other) => !same(other.id, id) && same((other.inputs as Input).virtualNetworkGateway1.id ?? "", gateway.id),
    );
  if (others.some((other) => same((other.inputs as Input).localNetworkGateway2?.id ?? "", site.id))) {
    refuse(
      "ConnectionBetweenGatewaysAlreadyExists",
      `A connection between virtual network gateway ${gateway.id} and local network gateway ${site.id} already exists.`,
    );
  }
  if (others.length >= tunnelLimit(gateway.state.sku?.name)) {
    refuse(
      "VirtualNetworkGatewayConnectionLimitReached",
      `Virtual network gateway ${gateway.id} of Sku ${gateway.state.sku?.name} cannot have more than ${tunnelLimit(gateway.state.sku?.name)} site-to-site connections.`,
    );
  }
  if (input.enableBgp !== true) return;
  const bgp = site.state.bgpSettings;
  if (bgp?.asn === undefined) {
    refuse(
      "LocalNetworkGatewayBgpSettingsRequired",
      `Connection ${id} has EnableBgp set to true, but local network gateway ${site.id} has no BGP settings.`,
    );
  }
  if (bgp?.asn === gateway.state.bgpSettings?.asn) {
    refuse(
      "BgpAsnsMustDiffer",
      `Virtual network gateway ${gateway.id} and local network gateway ${site.id} have the same BGP ASN ${bgp?.asn}.`,
    );
  }
  checkCustomAddresses(input, id, gateway);
}

function checkCustomAddresses(input: Input, id: string, gateway: Stored<OutputsOf<VirtualNetworkGateway>>): void {
  const chosen = input.gatewayCustomBgpIpAddresses ?? [];
  const offered = gateway.state.bgpSettings?.bgpPeeringAddresses ?? [];
  if (chosen.length > 0 && chosen.length !== offered.length) {
    refuse(
      "GatewayCustomBgpIpAddressesIncomplete",
      `Connection ${id} gives ${chosen.length} custom BGP IP addresses, but virtual network gateway ${gateway.id} has ${offered.length} IP configurations. Give one for each.`,
    );
  }
  for (const { ipConfigurationId, customBgpIpAddress } of chosen) {
    const configuration = offered.find((candidate) => same(candidate.ipconfigurationId ?? "", ipConfigurationId));
    if (configuration?.customBgpIpAddresses?.includes(customBgpIpAddress) === true) continue;
    refuse(
      "InvalidGatewayCustomBgpIpAddress",
      `Custom BGP IP address ${customBgpIpAddress} of connection ${id} is not among those of IP configuration ${ipConfigurationId} of virtual network gateway ${gateway.id}.`,
    );
  }
}

function checkKey(key: string | undefined, id: string): void {
  if (key === undefined) return;
  if (key.length < 1 || key.length > 128 || !/^[\x21-\x7e]+$/.test(key)) {
    refuse(
      "InvalidSharedKey",
      `The shared key of connection ${id} is not valid. It should have 1 to 128 printable ASCII characters, without spaces.`,
    );
  }
}

function checkLimits(input: Input, id: string): void {
  const within = (value: number | undefined, least: number, most: number, property: string) => {
    if (value === undefined || (value >= least && value <= most)) return;
    refuse(
      "InvalidConnectionProperty",
      `${property} ${value} of connection ${id} is not valid. It should be between ${least} and ${most}.`,
    );
  };
  within(input.dpdTimeoutSeconds, 9, 3600, "DpdTimeoutSeconds");
  within(input.routingWeight, 0, 32_000, "RoutingWeight");
  if (input.connectionProtocol !== undefined && !["IKEv1", "IKEv2"].includes(input.connectionProtocol)) {
    refuse(
      "InvalidConnectionProtocol",
      `Connection protocol ${input.connectionProtocol} of connection ${id} is not valid. Allowed are IKEv1 and IKEv2.`,
    );
  }
}
