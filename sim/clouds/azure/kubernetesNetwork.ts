import type { ManagedClusterArgs } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { contains, isAligned, overlaps, parseAddress, parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { invalidParameter } from "./agentPoolRules.ts";
import { given } from "./given.ts";
import { same } from "./ids.ts";
import { findSubnet, requireSubnet, subnetsOf } from "./subnets.ts";

type Input = Unwrap<ManagedClusterArgs>;
type Profile = NonNullable<Input["networkProfile"]>;

/** Ranges that AKS keeps for itself in every cluster. */
const AKS_RESERVED = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

const DEFAULT_SERVICE_CIDR = "10.0.0.0/16";
const DEFAULT_POD_CIDR = "10.244.0.0/16";

/** A cluster's network profile with the API's defaults. */
export function networkDefaults(profile: Profile | undefined) {
  const plugin = profile?.networkPlugin ?? "azure";
  const serviceCidr = profile?.serviceCidr ?? profile?.serviceCidrs?.[0] ?? DEFAULT_SERVICE_CIDR;
  const overlay =
    plugin === "azure" && (profile?.networkPluginMode === "overlay" || profile?.networkPlugin === undefined);
  const hasPods = overlay || plugin === "kubenet";
  const podCidr = profile?.podCidr ?? profile?.podCidrs?.[0] ?? (hasPods ? DEFAULT_POD_CIDR : undefined);
  return {
    dnsServiceIP: profile?.dnsServiceIP ?? "10.0.0.10",
    ipFamilies: profile?.ipFamilies ?? ["IPv4"],
    loadBalancerSku: profile?.loadBalancerSku ?? "standard",
    networkDataplane: profile?.networkDataplane ?? "azure",
    networkPlugin: plugin,
    ...(overlay ? { networkPluginMode: "overlay" } : {}),
    networkPolicy: profile?.networkPolicy ?? "none",
    outboundType: profile?.outboundType ?? "loadBalancer",
    ...(podCidr === undefined ? {} : { podCidr, podCidrs: [podCidr] }),
    serviceCidr,
    serviceCidrs: [serviceCidr],
  };
}

/** A cluster's network profile as AKS answers it. */
export function networkState(profile: Profile | undefined) {
  const { loadBalancerProfile, natGatewayProfile, ...rest } = given(profile) ?? {};
  return {
    ...rest,
    ...networkDefaults(profile),
    ...(loadBalancerProfile === undefined
      ? {}
      : { loadBalancerProfile: { ...loadBalancerProfile, effectiveOutboundIPs: [] } }),
    ...(natGatewayProfile === undefined
      ? {}
      : { natGatewayProfile: { ...natGatewayProfile, effectiveOutboundIPs: [] } }),
  };
}

export function checkNetwork(input: Input, world: World): void {
  const profile = input.networkProfile;
  const settled = networkDefaults(profile);
  const { networkPlugin, networkDataplane, networkPolicy, serviceCidr, podCidr } = settled;
  if (!["azure", "kubenet", "none"].includes(networkPlugin)) {
    invalidParameter("networkProfile.networkPlugin", `Network plugin ${networkPlugin} is not azure, kubenet or none.`);
  }
  if (profile?.networkPluginMode === "overlay" && networkPlugin !== "azure") {
    invalidParameter(
      "networkProfile.networkPluginMode",
      "The network plugin mode overlay needs the network plugin azure.",
    );
  }
  if (profile?.podCidr !== undefined && networkPlugin === "azure" && profile.networkPluginMode !== "overlay") {
    invalidParameter(
      "networkProfile.podCidr",
      "podCidr cannot be set with the network plugin azure unless its mode is overlay.",
    );
  }
  if (networkPolicy === "cilium" && networkDataplane !== "cilium") {
    invalidParameter("networkProfile.networkPolicy", "The network policy cilium needs the network dataplane cilium.");
  }
  if (networkDataplane === "cilium" && !["cilium", "none"].includes(networkPolicy)) {
    invalidParameter(
      "networkProfile.networkPolicy",
      `The network dataplane cilium does not go with the network policy ${networkPolicy}.`,
    );
  }
  if (settled.loadBalancerSku === "basic") {
    invalidParameter("networkProfile.loadBalancerSku", "The basic load balancer is retired. Use standard.");
  }
  checkRanges(serviceCidr, podCidr, settled.dnsServiceIP);
  checkAgainstSubnets(input, serviceCidr, podCidr, world);
  checkOutbound(input, settled.outboundType, world);
}

function checkRanges(serviceCidr: string, podCidr: string | undefined, dnsServiceIP: string): void {
  for (const [property, range] of [
    ["serviceCidr", serviceCidr],
    ["podCidr", podCidr ?? DEFAULT_POD_CIDR],
  ] as const) {
    if (!isAligned(range)) invalidParameter(`networkProfile.${property}`, `${range} is not a range in CIDR notation.`);
    const reserved = AKS_RESERVED.find((kept) => overlaps(kept, range));
    if (reserved !== undefined) {
      invalidParameter(
        `networkProfile.${property}`,
        `${range} overlaps with ${reserved}, which is reserved for use by AKS.`,
      );
    }
  }
  if ((parseRange(serviceCidr)?.prefix ?? 32) < 12) {
    invalidParameter("networkProfile.serviceCidr", `The service CIDR ${serviceCidr} is larger than /12.`);
  }
  if (podCidr !== undefined && overlaps(podCidr, serviceCidr)) {
    refuse(
      "PodCidrOverlapServiceCidr",
      `The specified pod CIDR ${podCidr} is conflicted with the service CIDR ${serviceCidr}.`,
    );
  }
  const first = parseRange(serviceCidr)?.first ?? 0;
  const address = parseAddress(dnsServiceIP);
  if (address === undefined || !contains(serviceCidr, `${dnsServiceIP}/32`)) {
    invalidParameter(
      "networkProfile.dnsServiceIP",
      `The DNS service IP ${dnsServiceIP} is not within the service CIDR ${serviceCidr}.`,
    );
  }
  if (address === first || address === first + 1) {
    invalidParameter(
      "networkProfile.dnsServiceIP",
      `The DNS service IP ${dnsServiceIP} is the first IP of the service CIDR ${serviceCidr}, which the API server has.`,
    );
  }
}

/** Neither services nor pods may have addresses that the virtual network of the nodes gives out. */
function checkAgainstSubnets(input: Input, serviceCidr: string, podCidr: string | undefined, world: World): void {
  const own = findSubnet(
    world,
    (input.agentPoolProfiles ?? []).find(({ vnetSubnetID }) => vnetSubnetID !== undefined)?.vnetSubnetID,
  );
  if (own === undefined) return;
  for (const prefix of subnetsOf(world, own.network).flatMap(({ prefixes }) => prefixes)) {
    if (overlaps(serviceCidr, prefix)) {
      refuse(
        "ServiceCidrOverlapExistingSubnetsCidr",
        `The specified service CIDR ${serviceCidr} is conflicted with an existing subnet CIDR ${prefix}`,
      );
    }
    if (podCidr !== undefined && overlaps(podCidr, prefix)) {
      refuse(
        "PodCidrOverlapExistingSubnetsCidr",
        `The specified pod CIDR ${podCidr} is conflicted with an existing subnet CIDR ${prefix}`,
      );
    }
  }
}

function checkOutbound(input: Input, outboundType: string, world: World): void {
  const subnets = (input.agentPoolProfiles ?? []).map(({ vnetSubnetID }) => findSubnet(world, vnetSubnetID));
  const allowed = [
    "loadBalancer",
    "userDefinedRouting",
    "managedNATGateway",
    "userAssignedNATGateway",
    "none",
    "block",
  ];
  if (!allowed.includes(outboundType)) {
    invalidParameter(
      "networkProfile.outboundType",
      `Outbound type ${outboundType} is not one of ${allowed.join(", ")}.`,
    );
  }
  if (outboundType === "userAssignedNATGateway" && subnets.some((subnet) => subnet?.natGateway === undefined)) {
    refuse(
      "ExistingNATGatewayNotAssociatedWithSubnet",
      `An existing NAT gateway has not been associated with subnet ${subnets.find((subnet) => subnet?.natGateway === undefined)?.id ?? "(none)"}. Please update the subnet's NAT gateway association.`,
    );
  }
  if (outboundType === "userDefinedRouting") {
    refuse(
      "ExistingRouteTableNotAssociatedWithSubnet",
      `An existing route table has not been associated with subnet ${subnets[0]?.id ?? "(none)"}. Please update the route table association`,
    );
  }
  if (outboundType === "managedNATGateway" && subnets.some((subnet) => subnet !== undefined)) {
    invalidParameter(
      "networkProfile.outboundType",
      "managedNATGateway is not supported with a virtual network of one's own. Use userAssignedNATGateway.",
    );
  }
  if (outboundType === "none" && input.bootstrapProfile?.artifactSource !== "Cache") {
    invalidParameter(
      "bootstrapProfile.artifactSource",
      "The outbound type none needs the artifact source Cache: nodes could not fetch what they start from.",
    );
  }
}

/** How the API server is reached. */
export function checkApiServerAccess(input: Input, location: string, world: World): void {
  const access = input.apiServerAccessProfile;
  if (access === undefined) return;
  const ranges = access.authorizedIPRanges ?? [];
  if (access.enablePrivateCluster === true && ranges.length > 0) {
    invalidParameter(
      "apiServerAccessProfile.authorizedIPRanges",
      "Private cluster cannot be enabled with AuthorizedIPRanges.",
    );
  }
  if (ranges.length > 200) {
    invalidParameter(
      "apiServerAccessProfile.authorizedIPRanges",
      `${ranges.length} ranges are given; at most 200 are allowed.`,
    );
  }
  const malformed = ranges.find((range) => parseRange(range.includes("/") ? range : `${range}/32`) === undefined);
  if (malformed !== undefined)
    invalidParameter(
      "apiServerAccessProfile.authorizedIPRanges",
      `${malformed} is not an address or range in CIDR notation.`,
    );
  const zone = access.privateDNSZone;
  if (zone !== undefined && access.enablePrivateCluster !== true) {
    invalidParameter("apiServerAccessProfile.privateDNSZone", "privateDNSZone should only be set for private cluster.");
  }
  if (zone !== undefined && !["system", "none"].includes(zone) && !zone.startsWith("/subscriptions/")) {
    invalidParameter(
      "apiServerAccessProfile.privateDNSZone",
      `${zone} is neither system nor none nor the id of a zone.`,
    );
  }
  if (zone === "none" && access.enablePrivateClusterPublicFQDN === false) {
    invalidParameter(
      "apiServerAccessProfile.privateDNSZone",
      "privateDNSZone none needs the public FQDN: the API server would have no name.",
    );
  }
  if (access.enableVnetIntegration === true) checkIntegration(input, location, world);
}

function checkIntegration(input: Input, location: string, world: World): void {
  const nodes = findSubnet(world, (input.agentPoolProfiles ?? [])[0]?.vnetSubnetID);
  const asked = input.apiServerAccessProfile?.subnetId;
  if (nodes === undefined && asked === undefined) return;
  const subnetId =
    asked ??
    invalidParameter(
      "apiServerAccessProfile.subnetId",
      "API server VNet integration needs a subnet when the cluster's virtual network is one's own.",
    );
  const subnet = requireSubnet(world, subnetId, { location, by: `managedClusters/${input.resourceName}` });
  if (nodes !== undefined && !same(nodes.network.id, subnet.network.id)) {
    invalidParameter(
      "apiServerAccessProfile.subnetId",
      `Subnet ${subnetId} is not in the virtual network of the agent pools.`,
    );
  }
  if (!subnet.delegations.some((name) => same(name, "Microsoft.ContainerService/managedClusters"))) {
    refuse(
      "SubnetMissingRequiredDelegation",
      `Subnet ${subnetId} requires any of the following delegation(s) [Microsoft.ContainerService/managedClusters] to hold the API server of a managed cluster.`,
    );
  }
  if (subnet.prefixes.some((prefix) => (parseRange(prefix)?.prefix ?? 32) > 28)) {
    invalidParameter("apiServerAccessProfile.subnetId", `Subnet ${subnetId} is smaller than /28.`);
  }
}
