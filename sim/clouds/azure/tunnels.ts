import type { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { VirtualNetworkGatewayConnection } from "@pulumi/azure-native/network/virtualNetworkGatewayConnection.js";
import { contains, parseAddress, parseRange } from "../../ipv4.ts";
import type { CloudNetworks, Network, Peering, TunnelEnd } from "../../network/oracle.ts";
import type { OutputsOf, Service, Stored } from "../../service.ts";
import { nameOf, parentOf, same } from "./ids.ts";
import { virtualNetworkPeering } from "./peerings.ts";
import { publicIpAddress } from "./publicAddresses.ts";
import { networkSecurityGroup, securityRule } from "./securityGroups.ts";
import { subnet } from "./subnets.ts";
import { virtualNetwork } from "./virtualNetworks.ts";
import { localNetworkGateway, virtualNetworkGatewayConnection } from "./vpnConnections.ts";
import { virtualNetworkGateway } from "./vpnGateways.ts";

/** What the oracle asks of the stored resources of Azure. */
export function azureNetworks(resources: readonly Stored[]): CloudNetworks {
  const holdings = new Holdings(resources);
  const networks = holdings.all(virtualNetwork);
  return {
    networks: networks.map((network) => describeNetwork(network, holdings)),
    ends: holdings
      .all(virtualNetworkGatewayConnection)
      .filter(({ state }) => state.connectionType === "IPsec")
      .flatMap((connection) => describeEnd(connection, holdings) ?? []),
    peerings: networks.flatMap((network) => describePeerings(network, holdings)),
  };
}

/** The stored resources, by type and id. */
class Holdings {
  readonly #resources: readonly Stored[];

  constructor(resources: readonly Stored[]) {
    this.#resources = resources;
  }

  all<Outputs>(service: Service<Outputs>): Stored<Outputs>[] {
    return this.#resources.filter(
      (resource) => resource.type === service.type,
    ) as Stored<unknown>[] as Stored<Outputs>[];
  }

  find<Outputs>(service: Service<Outputs>, id: string | undefined): Stored<Outputs> | undefined {
    return id === undefined ? undefined : this.all(service).find((resource) => same(resource.id, id));
  }
}

function describeNetwork(network: Stored<OutputsOf<VirtualNetwork>>, holdings: Holdings): Network {
  return {
    id: network.id,
    cloud: "azure",
    region: network.state.tags?.region ?? network.state.name,
    cidrs: network.state.addressSpace?.addressPrefixes ?? [],
    // Gateway and peerings put their routes into every subnet by themselves.
    routes: "learned",
    admits: admitted(network, holdings),
  };
}

const EVERYWHERE = "0.0.0.0/0";

/** Ranges from which the network's security groups let every kind of traffic in. Without a security group everything comes in. */
function admitted(network: Stored<OutputsOf<VirtualNetwork>>, holdings: Holdings): string[] {
  const groups = holdings
    .all(subnet)
    .filter((part) => same(parentOf(part.id), network.id))
    .flatMap(({ state }) => holdings.find(networkSecurityGroup, state.networkSecurityGroup?.id) ?? []);
  if (groups.length === 0) return [EVERYWHERE];
  return [...new Set(groups.flatMap((group) => admittedBy(group.id, holdings)))];
}

function admittedBy(groupId: string, holdings: Holdings): string[] {
  const own = holdings.all(securityRule).filter((rule) => same(parentOf(rule.id), groupId));
  const inline = holdings.find(networkSecurityGroup, groupId)?.state.securityRules ?? [];
  // Azure's own last word before it denies: whatever is reached through a gateway or a peering counts as VirtualNetwork.
  const last = {
    direction: "Inbound",
    access: "Allow",
    priority: 65_000,
    protocol: "*",
    sourceAddressPrefix: "*",
    destinationPortRange: "*",
  };
  const rules = [...own.map(({ state }) => state), ...inline, last]
    .filter((rule) => same(rule.direction, "Inbound") && rule.protocol === "*" && rule.destinationPortRange === "*")
    .toSorted((a, b) => a.priority - b.priority);
  const allowed: string[] = [];
  const denied: string[] = [];
  for (const rule of rules) {
    const sources = sourcesOf(rule).filter((source) => !denied.some((range) => contains(range, source)));
    (same(rule.access, "Allow") ? allowed : denied).push(...sources);
  }
  return allowed;
}

function sourcesOf(rule: {
  sourceAddressPrefix?: string | undefined;
  sourceAddressPrefixes?: string[] | undefined;
}): string[] {
  const given = [
    ...(rule.sourceAddressPrefix === undefined ? [] : [rule.sourceAddressPrefix]),
    ...(rule.sourceAddressPrefixes ?? []),
  ];
  return given.flatMap((source) => {
    if (source === "*" || same(source, "VirtualNetwork")) return [EVERYWHERE];
    if (parseRange(source) !== undefined) return [source];
    return parseAddress(source) === undefined ? [] : [`${source}/32`];
  });
}

function describeEnd(
  connection: Stored<OutputsOf<VirtualNetworkGatewayConnection>>,
  holdings: Holdings,
): TunnelEnd | undefined {
  const { state } = connection;
  const gateway = holdings.find(virtualNetworkGateway, state.virtualNetworkGateway1.id);
  const site = holdings.find(localNetworkGateway, state.localNetworkGateway2?.id);
  if (gateway === undefined || site === undefined) return undefined;
  const configurations = gateway.state.ipConfigurations ?? [];
  const networkId = parentOf(configurations[0]?.subnet?.id ?? "");
  const network = holdings.find(virtualNetwork, networkId);
  const usable = [connection.state, gateway.state, site.state].every(
    ({ provisioningState }) => provisioningState === "Succeeded",
  );
  return {
    name: connection.urn.slice(connection.urn.lastIndexOf("::") + 2),
    networkId,
    locals: configurations.map((configuration, instance) => ({
      outside: holdings.find(publicIpAddress, configuration.publicIPAddress?.id)?.state.ipAddress ?? "",
      inside: insideAddress(connection, configuration) ?? "",
      instance,
    })),
    remoteOutside: site.state.gatewayIpAddress ?? site.state.fqdn ?? "",
    remoteInside: site.state.bgpSettings?.bgpPeeringAddress ?? "",
    localAsn: gateway.state.bgpSettings?.asn ?? 65_515,
    remoteAsn: site.state.bgpSettings?.asn ?? 0,
    preSharedKey: state.sharedKey ?? "",
    ikeVersion: state.connectionProtocol === "IKEv1" ? 1 : 2,
    ...proposals(connection),
    announces: [
      ...(network?.state.addressSpace?.addressPrefixes ?? []),
      ...(gateway.state.customRoutes?.addressPrefixes ?? []),
    ],
    enabled: state.enableBgp === true && gateway.state.enableBgp === true && usable,
  };
}

/** The BGP address at one instance: the one chosen for this connection, else the instance's own in the gateway subnet. */
const insideAddress = (
  connection: Stored<OutputsOf<VirtualNetworkGatewayConnection>>,
  configuration: { id?: string; privateIPAddress: string },
): string =>
  connection.state.gatewayCustomBgpIpAddresses?.find((each) => same(each.ipConfigurationId, configuration.id ?? ""))
    ?.customBgpIpAddress ?? configuration.privateIPAddress;

const IKE_GROUPS: Record<string, string> = {
  DHGroup1: "1",
  DHGroup2: "2",
  DHGroup14: "14",
  DHGroup2048: "14",
  DHGroup24: "24",
  ECP256: "19",
  ECP384: "20",
};
const PFS_GROUPS: Record<string, string> = {
  PFS1: "1",
  PFS2: "2",
  PFS14: "14",
  PFS2048: "14",
  PFS24: "24",
  ECP256: "19",
  ECP384: "20",
};

/** What the end proposes: its own policy if it has one, else what Azure offers to everyone. */
function proposals(
  connection: Stored<OutputsOf<VirtualNetworkGatewayConnection>>,
): Pick<TunnelEnd, "phase1" | "phase2"> {
  const policies = connection.state.ipsecPolicies ?? [];
  if (policies.length === 0) {
    return {
      phase1: ["aes256-sha1-dh2", "aes256-sha256-dh2", "aes128-sha1-dh2", "aes128-sha256-dh2"],
      phase2: ["aes256gcm", "aes256-sha1", "aes256-sha256"],
    };
  }
  return {
    phase1: policies.map(
      ({ ikeEncryption, ikeIntegrity, dhGroup }) =>
        `${cipher(ikeEncryption)}-${ikeIntegrity.toLowerCase()}-dh${IKE_GROUPS[dhGroup] ?? "0"}`,
    ),
    phase2: policies.map(({ ipsecEncryption, ipsecIntegrity, pfsGroup }) => {
      const integrity = ipsecEncryption.startsWith("GCM") ? "" : `-${ipsecIntegrity.toLowerCase()}`;
      const group = PFS_GROUPS[pfsGroup];
      return `${cipher(ipsecEncryption)}${integrity}${group === undefined ? "" : `-dh${group}`}`;
    }),
  };
}

/** `GCMAES256` as `aes256gcm`, `AES256` as `aes256`. */
const cipher = (name: string): string => {
  const lower = name.toLowerCase();
  return lower.startsWith("gcm") ? `${lower.slice(3)}gcm` : lower;
};

/** The peerings that a network asks for, each with what the other side says to it. A pair is told once. */
function describePeerings(network: Stored<OutputsOf<VirtualNetwork>>, holdings: Holdings): Peering[] {
  const from = (id: string) => holdings.all(virtualNetworkPeering).filter((peering) => same(parentOf(peering.id), id));
  return from(network.id).flatMap((peering): Peering[] => {
    const remoteId = peering.state.remoteVirtualNetwork?.id ?? "";
    const back = from(remoteId).find(({ state }) => same(state.remoteVirtualNetwork?.id ?? "", network.id));
    if (back !== undefined && back.id < peering.id) return [];
    const problems: string[] = [];
    if (back === undefined) problems.push(`${nameOf(remoteId)} does not peer with ${network.state.name}`);
    for (const side of back === undefined ? [peering] : [peering, back]) {
      if (side.state.peeringState === "Disconnected") problems.push(`${nameOf(side.id)} is disconnected`);
      if (side.state.allowVirtualNetworkAccess === false) problems.push(`${nameOf(side.id)} allows no access`);
    }
    return [
      {
        name: nameOf(peering.id),
        networkIds: [network.id, holdings.find(virtualNetwork, remoteId)?.id ?? remoteId],
        active: problems.length === 0,
        ...(problems.length === 0 ? {} : { reason: problems.join("; ") }),
      },
    ];
  });
}
