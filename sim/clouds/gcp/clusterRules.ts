import type { ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { overlaps, parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { cluster } from "./clusters.ts";
import { bad, oneOf } from "./errors.ts";
import { CHANNELS, chooseVersion } from "./gkeVersions.ts";
import { demandKey } from "./keyUse.ts";
import { demandLabels } from "./labels.ts";
import { find, NETWORKS, nameIn, resolve, SUBNETWORKS } from "./links.ts";
import { demandMaintenance } from "./maintenance.ts";
import { network } from "./networks.ts";
import { demandNodeConfig, nodeConfigProblems } from "./nodeConfigs.ts";
import { isRegion, regionOfLocation, zonesOf } from "./places.ts";
import { INTERNET_GATEWAY, route } from "./routes.ts";
import { rangesOf, subnetwork } from "./subnetworks.ts";

type Input = Unwrap<ClusterArgs>;

const LOGS = [
  "SYSTEM_COMPONENTS",
  "KCP_VPA",
  "APISERVER",
  "CONTROLLER_MANAGER",
  "SCHEDULER",
  "WORKLOADS",
  "KCP_CONNECTION",
  "KCP_SSHD",
  "KCP_HPA",
];
const MOST_AUTHORISED = 100;

/** The ranges that a new cluster's pods and services get. */
export interface ClusterRanges {
  pods: string;
  services: string;
}

/** What the provider refuses before it calls GKE. */
export function clusterProblems(input: Partial<Input>): [property: string, reason: string][] {
  const master = input.privateClusterConfig?.masterIpv4CidrBlock;
  const problems: [string, string][] = [
    ...oneOf("datapathProvider", input.datapathProvider, [
      "DATAPATH_PROVIDER_UNSPECIFIED",
      "LEGACY_DATAPATH",
      "ADVANCED_DATAPATH",
    ]),
    ...oneOf("releaseChannel.channel", input.releaseChannel?.channel, CHANNELS),
    ...oneOf("databaseEncryption.state", input.databaseEncryption?.state, ["ENCRYPTED", "DECRYPTED"]),
    ...oneOf("networkingMode", input.networkingMode, ["VPC_NATIVE", "ROUTES"]),
    ...oneOf("networkPolicy.provider", input.networkPolicy?.provider, ["PROVIDER_UNSPECIFIED", "CALICO"]),
    ...oneOf("anonymousAuthenticationConfig.mode", input.anonymousAuthenticationConfig?.mode, ["ENABLED", "LIMITED"]),
    ...oneOf("securityPostureConfig.mode", input.securityPostureConfig?.mode, [
      "DISABLED",
      "BASIC",
      "ENTERPRISE",
      "MODE_UNSPECIFIED",
    ]),
    ...(input.loggingConfig?.enableComponents ?? []).flatMap((component) =>
      oneOf("loggingConfig.enableComponents", component, LOGS),
    ),
    ...nodeConfigProblems(input.nodeConfig as Parameters<typeof nodeConfigProblems>[0]),
  ];
  if (master !== undefined && master !== "" && parseRange(master)?.prefix !== 28) {
    problems.push([
      "privateClusterConfig.masterIpv4CidrBlock",
      `expected "private_cluster_config.0.master_ipv4_cidr_block" to contain a network Value with between 28 and 28 significant bits, got: ${master}`,
    ]);
  }
  for (const { cidrBlock } of input.masterAuthorizedNetworksConfig?.cidrBlocks ?? []) {
    if (cidrBlock !== undefined && parseRange(cidrBlock) === undefined && !cidrBlock.includes(":")) {
      problems.push(["masterAuthorizedNetworksConfig.cidrBlocks", `"${cidrBlock}" is not a valid IPv4 CIDR block`]);
    }
  }
  if (input.clusterIpv4Cidr !== undefined && input.ipAllocationPolicy !== undefined) {
    problems.push(["ipAllocationPolicy", '"ip_allocation_policy": conflicts with cluster_ipv4_cidr']);
  }
  if (input.removeDefaultNodePool === true && (input.nodePools ?? []).length > 0) {
    problems.push(["removeDefaultNodePool", "remove_default_node_pool cannot be used together with node_pool blocks"]);
  }
  return problems;
}

/** What GKE refuses of a new cluster. Returns the ranges of its pods and services. */
export function demandCluster(input: Input, location: string, world: World): ClusterRanges {
  const region = regionOfLocation(location);
  demandSettings(input, location, world);
  const nodes = input.initialNodeCount ?? 0;
  if (input.enableAutopilot !== true && nodes < 1 && (input.nodePools ?? []).length === 0) {
    bad("Cluster.initial_node_count must be greater than zero.");
  }
  const vpc = find(network, NETWORKS, input.network ?? "default", world);
  if (vpc === undefined) return bad(`Network "${nameIn(input.network ?? "default")}" does not exist.`);
  demandDefaultRoute(vpc.id, vpc.state.name, vpc.state.deleteDefaultRoutesOnCreate === true, world);
  if (input.subnetwork === undefined) {
    return bad(`Network "${vpc.state.name}" requires specifying a subnetwork: it is in custom subnet mode.`);
  }
  const subnetPath = resolve(input.subnetwork, SUBNETWORKS, { account: world.account, region });
  const subnet = subnetPath === undefined ? undefined : world.get(subnetwork, subnetPath);
  if (subnet === undefined || subnet.region !== region || resolve(subnet.state.network, NETWORKS, subnet) !== vpc.id) {
    return bad(`Subnetwork "${subnetPath ?? input.subnetwork}" is not valid for Network "${vpc.state.name}".`);
  }
  const { clusterSecondaryRangeName: podName, servicesSecondaryRangeName: serviceName } =
    input.ipAllocationPolicy ?? {};
  const secondary = (name: string | undefined, what: string) => {
    const range = subnet.state.secondaryIpRanges.find((each) => each.rangeName === name);
    return (
      range?.ipCidrRange ??
      bad(`${what} secondary range "${name}" does not exist in subnetwork "${subnet.state.name}".`)
    );
  };
  const pods =
    podName === undefined
      ? (input.ipAllocationPolicy?.clusterIpv4CidrBlock ?? input.clusterIpv4Cidr ?? "")
      : secondary(podName, "Pod");
  const services =
    serviceName === undefined
      ? (input.ipAllocationPolicy?.servicesIpv4CidrBlock ?? "")
      : secondary(serviceName, "Services");
  if (podName !== undefined && podName === serviceName) bad("Pod and services secondary ranges must be different.");
  const user = world
    .all(cluster)
    .find(
      (other) =>
        services !== "" &&
        other.state.servicesIpv4Cidr === services &&
        resolve(other.state.network ?? "", NETWORKS, other) === vpc.id,
    );
  if (user !== undefined)
    bad(
      `Services range "${serviceName ?? services}" in network "${vpc.state.name}" is already used by another cluster: '${user.id}'.`,
    );
  demandPodSpace(input, pods, nodes * (isRegion(location) ? (input.nodeLocations?.length ?? 3) : 1));
  demandMasterRange(input, vpc.id, world);
  return { pods, services };
}

function demandDefaultRoute(id: string, name: string, deleted: boolean, world: World): void {
  const own = world
    .all(route)
    .some(
      ({ state, ...place }) =>
        resolve(state.network, NETWORKS, place) === id &&
        state.destRange === "0.0.0.0/0" &&
        INTERNET_GATEWAY.test(state.nextHopGateway ?? ""),
    );
  if (deleted && !own) {
    bad(
      `Network "${name}" has no route to the default internet gateway. To fix this, add a route with destRange '0.0.0.0/0' and nextHopGateway 'default-internet-gateway'.`,
    );
  }
}

/** Each node gets a range of pods' addresses, twice as many as it may run. */
function demandPodSpace(input: Input, pods: string, nodes: number): void {
  const prefix = parseRange(pods)?.prefix;
  if (prefix === undefined) return;
  const perNode = 2 ** Math.ceil(Math.log2((input.defaultMaxPodsPerNode ?? 110) * 2));
  const room = Math.floor(2 ** (32 - prefix) / perNode);
  if (room < nodes)
    bad(
      `The pod range ${pods} has room for ${room} nodes with ${input.defaultMaxPodsPerNode ?? 110} pods each, but the cluster starts with ${nodes}.`,
    );
}

function demandMasterRange(input: Input, networkId: string, world: World): void {
  const master = input.privateClusterConfig?.masterIpv4CidrBlock;
  if (master === undefined || master === "") return;
  const conflict = rangesOf(networkId, world).find(({ cidr }) => overlaps(cidr, master));
  if (conflict !== undefined)
    bad(
      `The given master_ipv4_cidr ${master} overlaps with an existing network ${conflict.cidr} of subnetwork '${conflict.holder.id}'.`,
    );
  const other = world
    .all(cluster)
    .find(
      (each) =>
        resolve(each.state.network ?? "", NETWORKS, each) === networkId &&
        overlaps(each.state.privateClusterConfig.masterIpv4CidrBlock ?? "", master),
    );
  if (other !== undefined)
    bad(`The given master_ipv4_cidr ${master} overlaps with the control plane of cluster '${other.id}'.`);
}

/** What GKE refuses of a cluster's settings, in its creation and later. */
export function demandSettings(input: Input, location: string, world: World): void {
  const region = regionOfLocation(location);
  const isPrivate = input.privateClusterConfig;
  const channel = input.releaseChannel?.channel ?? "UNSPECIFIED";
  chooseVersion(input.minMasterVersion, channel);
  if (input.nodeVersion !== undefined && input.nodeVersion !== input.minMasterVersion)
    bad("node_version must be unset or the same as min_master_version.");
  demandLabels(input.resourceLabels, "cluster.resource_labels");
  const foreign = input.nodeLocations?.find((zone) => !zonesOf(region).includes(zone));
  if (foreign !== undefined)
    bad(`Invalid value for field "locations": zone "${foreign}" is not in region "${region}".`);
  if (input.nodeLocations !== undefined && new Set(input.nodeLocations).size < input.nodeLocations.length)
    bad("Node locations must be unique.");
  const pool = input.workloadIdentityConfig?.workloadPool;
  if (pool !== undefined && pool !== "" && pool !== `${world.account}.svc.id.goog`) {
    bad(
      `Currently, the only supported identity namespace is the cluster project default "${world.account}.svc.id.goog".`,
    );
  }
  if (input.datapathProvider === "ADVANCED_DATAPATH" && input.networkPolicy?.enabled === true) {
    bad("Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.");
  }
  if (input.networkPolicy?.enabled === true && input.addonsConfig?.networkPolicyConfig?.disabled !== false) {
    bad("Network policy enforcement requires the network policy add-on to be enabled.");
  }
  if (
    input.networkingMode === "ROUTES" &&
    (input.datapathProvider === "ADVANCED_DATAPATH" || isPrivate?.enablePrivateNodes === true)
  ) {
    bad("Private nodes and Dataplane V2 require a VPC-native cluster.");
  }
  if (isPrivate?.enablePrivateEndpoint === true && isPrivate.enablePrivateNodes !== true)
    bad("Private endpoint can only be enabled for clusters with private nodes.");
  if (isPrivate?.enablePrivateEndpoint === true && input.masterAuthorizedNetworksConfig === undefined) {
    bad("Master authorized networks must be enabled when the private endpoint is enabled.");
  }
  if (isPrivate?.masterIpv4CidrBlock !== undefined && isPrivate.masterIpv4CidrBlock !== "") {
    if (isPrivate.privateEndpointSubnetwork !== undefined)
      bad("When masterIpv4Cidr is set, privateEndpointSubnetwork must be unset.");
    if (isPrivate.enablePrivateNodes !== true)
      bad("Master_ipv4_cidr_block can only be set if private nodes are enabled.");
    const inside = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].some((range) =>
      overlaps(range, isPrivate.masterIpv4CidrBlock ?? ""),
    );
    if (!inside)
      bad(`The given master_ipv4_cidr ${isPrivate.masterIpv4CidrBlock} is not within the allowed private ranges.`);
  }
  const authorised = input.masterAuthorizedNetworksConfig?.cidrBlocks ?? [];
  if (authorised.length > MOST_AUTHORISED)
    bad(`At most ${MOST_AUTHORISED} master authorized networks can be specified, got ${authorised.length}.`);
  if (input.enableAutopilot === true && !isRegion(location)) bad("Autopilot clusters must be regional clusters.");
  if (
    input.defaultMaxPodsPerNode !== undefined &&
    (input.defaultMaxPodsPerNode < 8 || input.defaultMaxPodsPerNode > 256)
  ) {
    bad(`Max pods per node must be between 8 and 256, got ${input.defaultMaxPodsPerNode}.`);
  }
  const encryption = input.databaseEncryption;
  if (encryption?.state === "ENCRYPTED") {
    if (encryption.keyName === undefined || encryption.keyName === "")
      bad("Database encryption key name must be set when database encryption state is ENCRYPTED.");
    else demandKey(encryption.keyName, region, { agent: "container" }, world);
  }
  if (encryption?.state === "DECRYPTED" && (encryption.keyName ?? "") !== "")
    bad("Database encryption key name must be empty when database encryption state is DECRYPTED.");
  if (input.maintenancePolicy !== undefined) demandMaintenance(input.maintenancePolicy);
  demandNodeConfig(input.nodeConfig as Parameters<typeof demandNodeConfig>[0], { region, workloadPool: pool }, world);
  if (
    input.loggingConfig?.enableComponents.includes("WORKLOADS") === true &&
    !input.loggingConfig.enableComponents.includes("SYSTEM_COMPONENTS")
  ) {
    refuse("badRequest", "Logging of WORKLOADS requires SYSTEM_COMPONENTS.");
  }
}
