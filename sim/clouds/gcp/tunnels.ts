import type { Firewall } from "@pulumi/gcp/compute/firewall.js";
import type { Network as GcpNetwork } from "@pulumi/gcp/compute/network.js";
import type { Router } from "@pulumi/gcp/compute/router.js";
import type { RouterPeer } from "@pulumi/gcp/compute/routerPeer.js";
import type { VPNTunnel } from "@pulumi/gcp/compute/vpntunnel.js";
import { contains } from "../../ipv4.ts";
import type { CloudNetworks, Network, Peering, TunnelEnd } from "../../network/oracle.ts";
import type { OutputsOf, Service, Stored } from "../../service.ts";
import { cluster } from "./clusters.ts";
import { firewall } from "./firewalls.ts";
import {
  type Collection,
  EXTERNAL_GATEWAYS,
  NETWORKS,
  nameIn,
  ROUTERS,
  resolve,
  VPN_GATEWAYS,
  VPN_TUNNELS,
} from "./links.ts";
import { network } from "./networks.ts";
import { networkPeering } from "./peerings.ts";
import { proposals } from "./proposals.ts";
import { routerInterface } from "./routerInterfaces.ts";
import { routerPeer } from "./routerPeers.ts";
import { router } from "./routers.ts";
import { subnetwork } from "./subnetworks.ts";
import { externalVpnGateway, haVpnGateway } from "./vpnGateways.ts";
import { vpnTunnel } from "./vpnTunnels.ts";

type Resources = readonly Stored[];

/** Google Cloud's networks, tunnel ends and peerings, in the oracle's terms. */
export function gcpNetworks(resources: Resources): CloudNetworks {
  return {
    networks: of(resources, network).map((each) => networkOf(each, resources)),
    ends: of(resources, vpnTunnel).flatMap((tunnel) => endOf(tunnel, resources)),
    peerings: peeringsOf(resources),
  };
}

const of = <Outputs>(resources: Resources, service: Service<Outputs>): Stored<Outputs>[] =>
  resources.filter((resource) => resource.type === service.type) as unknown as Stored<Outputs>[];

/** Whether a reference that stands in one resource means another. */
const means = (reference: string | undefined, collection: Collection, from: Stored<unknown>, target: string): boolean =>
  reference !== undefined && resolve(reference, collection, from) === target;

function networkOf(each: Stored<OutputsOf<GcpNetwork>>, resources: Resources): Network {
  const inside = <Outputs extends { network: string | undefined }>(service: Service<Outputs>) =>
    of(resources, service).filter((resource) => means(resource.state.network, NETWORKS, resource, each.id));
  // Networks carry no labels; the gateway that stands in one does.
  const labels = inside(haVpnGateway).map((gateway) => gateway.state.labels?.region);
  const logicalName = each.urn.slice(each.urn.lastIndexOf("::") + 2);
  return {
    id: each.id,
    cloud: "gcp",
    region: labels.find((label) => label !== undefined) ?? logicalName.replace(/-network$/, ""),
    cidrs: [
      ...subnetRanges(each.id, undefined, resources),
      ...inside(cluster).map((one) => one.state.privateClusterConfig.masterIpv4CidrBlock),
    ].filter((cidr) => cidr !== undefined && cidr !== ""),
    // Cloud Router installs what it learns, and peered networks exchange the routes of their subnetworks.
    routes: "learned",
    admits: admittedBy(inside(firewall)),
  };
}

const subnetRanges = (networkId: string, region: string | undefined, resources: Resources): string[] =>
  of(resources, subnetwork)
    .filter(
      (subnet) =>
        means(subnet.state.network, NETWORKS, subnet, networkId) && (region === undefined || subnet.region === region),
    )
    .flatMap((subnet) => [
      subnet.state.ipCidrRange,
      ...subnet.state.secondaryIpRanges.map((range) => range.ipCidrRange ?? ""),
    ]);

/** Sources whose packets reach every machine: let in by a rule for all machines that no denial goes before. */
function admittedBy(rules: Stored<OutputsOf<Firewall>>[]): string[] {
  const ingress = rules
    .map(({ state }) => state)
    .filter((rule) => rule.direction === "INGRESS" && rule.disabled !== true);
  const priority = (rule: OutputsOf<Firewall>) => rule.priority ?? 1000;
  const denials = ingress.filter((rule) => rule.denies !== undefined);
  return ingress
    .filter((rule) => rule.targetTags === undefined && rule.targetServiceAccounts === undefined)
    .filter((rule) =>
      rule.allows?.some(({ protocol, ports }) => ["all", "tcp", "6"].includes(protocol) && (ports ?? []).length === 0),
    )
    .flatMap((rule) =>
      (rule.sourceRanges ?? []).filter(
        (range) =>
          !denials.some(
            (denial) =>
              priority(denial) <= priority(rule) && denial.sourceRanges?.some((denied) => contains(denied, range)),
          ),
      ),
    );
}

function endOf(tunnel: Stored<OutputsOf<VPNTunnel>>, resources: Resources): TunnelEnd[] {
  const { state } = tunnel;
  const gateway = of(resources, haVpnGateway).find((each) => means(state.vpnGateway, VPN_GATEWAYS, tunnel, each.id));
  const bgp = of(resources, router).find((each) => means(state.router, ROUTERS, tunnel, each.id));
  if (gateway === undefined) return [];
  const peerGateway = of(resources, externalVpnGateway).find((each) =>
    means(state.peerExternalGateway, EXTERNAL_GATEWAYS, tunnel, each.id),
  );
  const here = of(resources, routerInterface).find((each) => means(each.state.vpnTunnel, VPN_TUNNELS, each, tunnel.id));
  const session = of(resources, routerPeer).find(
    (each) =>
      here !== undefined &&
      each.region === here.region &&
      nameIn(each.state.router) === nameIn(here.state.router) &&
      nameIn(each.state.interface) === here.state.name,
  );
  const instance = state.vpnGatewayInterface ?? 0;
  const there = peerGateway?.state.interfaces?.find((each) => each.id === state.peerExternalGatewayInterface);
  const networkId = resolve(gateway.state.network, NETWORKS, gateway) ?? "";
  return [
    {
      name: state.name,
      networkId,
      locals: [
        {
          outside: gateway.state.vpnInterfaces.find((each) => each.id === instance)?.ipAddress ?? "",
          inside: here?.state.ipRange.split("/")[0] ?? "",
          instance,
        },
      ],
      remoteOutside: there?.ipAddress ?? state.peerIp,
      remoteInside: session?.state.peerIpAddress ?? "",
      localAsn: bgp?.state.bgp?.asn ?? 0,
      remoteAsn: session?.state.peerAsn ?? 0,
      preSharedKey: state.sharedSecret ?? state.sharedSecretWo ?? "",
      ikeVersion: state.ikeVersion ?? 2,
      ...proposals(state.cipherSuite),
      announces: announced(session?.state, bgp?.state, subnetRanges(networkId, tunnel.region, resources)),
      // A session's own address must be its interface's.
      enabled:
        session !== undefined &&
        session.state.enable !== false &&
        session.state.ipAddress === here?.state.ipRange.split("/")[0],
    },
  ];
}

/** A BGP peer's own announcements go before its router's; without either, the region's subnetworks are announced. */
function announced(
  session: OutputsOf<RouterPeer> | undefined,
  own: OutputsOf<Router> | undefined,
  subnets: string[],
): string[] {
  if (session === undefined) return [];
  const custom = [session, own?.bgp].find((each) => each?.advertiseMode === "CUSTOM");
  if (custom === undefined) return subnets;
  const groups = custom.advertisedGroups?.includes("ALL_SUBNETS") === true ? subnets : [];
  return [...groups, ...(custom.advertisedIpRanges ?? []).map(({ range }) => range)];
}

function peeringsOf(resources: Resources): Peering[] {
  const all = of(resources, networkPeering).map((each) => ({
    name: each.state.name,
    from: resolve(each.state.network, NETWORKS, each) ?? "",
    to: resolve(each.state.peerNetwork, NETWORKS, each) ?? "",
  }));
  return all.flatMap((each, index): Peering[] => {
    const twin = all.findIndex((other) => other.from === each.to && other.to === each.from);
    if (twin >= 0 && twin < index) return [];
    const networkIds: [string, string] = [each.from, each.to];
    return twin >= 0
      ? [{ name: each.name, networkIds, active: true }]
      : [
          {
            name: each.name,
            networkIds,
            active: false,
            reason: `${nameIn(each.to)} does not peer with ${nameIn(each.from)}`,
          },
        ];
  });
}
