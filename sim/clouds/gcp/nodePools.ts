import type { NodePool, NodePoolArgs } from "@pulumi/gcp/container/nodePool.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { cluster } from "./clusters.ts";
import { bad, between, exclusive, oneOf, PROVIDER } from "./errors.ts";
import { minorOf } from "./gkeVersions.ts";
import { nameIn } from "./links.ts";
import { demandNodeConfig, nodeConfigProblems } from "./nodeConfigs.ts";
import { isRegion, regionOfLocation, zonesOf } from "./places.ts";

type Input = Unwrap<NodePoolArgs>;
type Pool = OutputsOf<NodePool>;
type Parent = NonNullable<ReturnType<typeof parentOf>>;

const MOST_NODES_PER_ZONE = 1000;
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Node pools of GKE clusters. */
export const nodePool: Service<Pool> = service<NodePoolArgs, NodePool>("gcp:container/nodePool:NodePool", {
  replaceOn: [
    "name",
    "namePrefix",
    "project",
    "location",
    "cluster",
    "initialNodeCount",
    "maxPodsPerNode",
    "placementPolicy",
    "queuedProvisioning",
    "networkConfig.createPodRange",
    "networkConfig.podRange",
    "networkConfig.podIpv4CidrBlock",
    "nodeConfig.serviceAccount",
    "nodeConfig.oauthScopes",
    "nodeConfig.bootDiskKmsKey",
    "nodeConfig.metadata",
    "nodeConfig.minCpuPlatform",
    "nodeConfig.preemptible",
    "nodeConfig.spot",
    "nodeConfig.guestAccelerators",
    "nodeConfig.localSsdCount",
    "nodeConfig.shieldedInstanceConfig",
    "nodeConfig.sandboxConfig",
    "nodeConfig.nodeGroup",
    "nodeConfig.enableConfidentialStorage",
  ],
  naming: {
    property: "name",
    pattern: NAME,
    allowed: "a lower-case letter, then lower-case letters, digits and dashes, not ending in a dash",
    maxLength: 40,
  },
  region: (input, world) => regionOfLocation(locationOf(input, world)),
  check: (input) => [
    ...exclusive(input.autoscaling ?? {}, "minNodeCount", "totalMinNodeCount"),
    ...exclusive(input.autoscaling ?? {}, "maxNodeCount", "totalMaxNodeCount"),
    ...oneOf("autoscaling.locationPolicy", input.autoscaling?.locationPolicy, ["BALANCED", "ANY"]),
    ...oneOf("upgradeSettings.strategy", input.upgradeSettings?.strategy, ["SURGE", "BLUE_GREEN", "SHORT_LIVED"]),
    ...between("initialNodeCount", input.initialNodeCount, 0, MOST_NODES_PER_ZONE),
    ...between("nodeCount", input.nodeCount, 0, MOST_NODES_PER_ZONE),
    ...between("upgradeSettings.maxSurge", input.upgradeSettings?.maxSurge, 0, 1000),
    ...between("upgradeSettings.maxUnavailable", input.upgradeSettings?.maxUnavailable, 0, 1000),
    ...nodeConfigProblems(input.nodeConfig),
  ],
  create: (input, world) => {
    const location = locationOf(input, world);
    const path = parentPath(input, location, world);
    const parent = parentOf(path, world) ?? refuse("notFound", `Not found: ${path}.`);
    const name = input.name ?? "";
    const id = `${parent.id}/nodePools/${name}`;
    if (world.get(nodePool, id) !== undefined) refuse("alreadyExists", `Already exists: ${id}.`);
    if (parent.state.enableAutopilot === true) bad("Autopilot clusters do not support mutating node pools.");
    demandPool(input, parent, world);
    const zones = input.nodeLocations ?? (isRegion(location) ? parent.state.nodeLocations : [location]);
    const count = input.nodeCount ?? input.initialNodeCount ?? 1;
    const groups = zones.map(
      (zone) =>
        `https://www.googleapis.com/compute/v1/projects/${world.account}/zones/${zone}/instanceGroupManagers/gke-${parent.state.name}-${name}-${world.hex(8)}-grp`,
    );
    return {
      id,
      name,
      location,
      cluster: parent.state.name,
      project: world.account,
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      initialNodeCount: input.initialNodeCount ?? count,
      instanceGroupUrls: groups,
      managedInstanceGroupUrls: groups.map((group) => group.replace("instanceGroupManagers", "instanceGroups")),
      management: { autoRepair: true, autoUpgrade: true, ...input.management } as Pool["management"],
      maxPodsPerNode: input.maxPodsPerNode ?? parent.state.defaultMaxPodsPerNode,
      namePrefix: input.namePrefix ?? "",
      networkConfig: {
        enablePrivateNodes: parent.state.privateClusterConfig.enablePrivateNodes ?? false,
        podIpv4CidrBlock: parent.state.clusterIpv4Cidr,
        podRange: parent.state.ipAllocationPolicy.clusterSecondaryRangeName ?? "",
        subnetwork: parent.state.subnetwork,
        ...input.networkConfig,
      } as Pool["networkConfig"],
      nodeConfig: {
        machineType: "e2-medium",
        diskSizeGb: 100,
        diskType: "pd-balanced",
        imageType: "COS_CONTAINERD",
        serviceAccount: "default",
        loggingVariant: "DEFAULT",
        ...input.nodeConfig,
      } as Pool["nodeConfig"],
      nodeCount: count,
      nodeDrainConfigs: (input.nodeDrainConfigs ?? []) as Pool["nodeDrainConfigs"],
      nodeLocations: zones,
      operation: "",
      upgradeSettings: {
        strategy: "SURGE",
        maxSurge: 1,
        maxUnavailable: 0,
        ...input.upgradeSettings,
      } as Pool["upgradeSettings"],
      version: input.version ?? parent.state.masterVersion,
    };
  },
  update: (input, current, world) => {
    const path = parentPath(input, current.state.location, world);
    demandPool(input, parentOf(path, world) ?? refuse("notFound", `Not found: ${path}.`), world);
    return {};
  },
  remove: () => {},
  seconds: { create: 120, update: 90, remove: 100 },
});

function locationOf(input: { cluster: string; location?: string | undefined }, world: World): string {
  const { region, zone } = world.config as { region?: string; zone?: string };
  return (
    input.location ??
    /locations\/([^/]+)\//.exec(input.cluster)?.[1] ??
    zone ??
    region ??
    refuse(PROVIDER, "Cannot determine location: set in this resource, or set provider-level 'region' or 'zone'.")
  );
}

const parentPath = (input: Input, location: string, world: World): string =>
  input.cluster.includes("/")
    ? input.cluster
    : `projects/${world.account}/locations/${location}/clusters/${nameIn(input.cluster)}`;

const parentOf = (path: string, world: World): Stored<NonNullable<(typeof cluster)["outputs"]>> | undefined =>
  world.get(cluster, path);

function demandPool(input: Input, parent: Parent, world: World): void {
  const region = regionOfLocation(parent.state.location);
  const { autoscaling, upgradeSettings, management } = input;
  const foreign = input.nodeLocations?.find((zone) => !zonesOf(region).includes(zone));
  if (foreign !== undefined)
    bad(`Invalid value for field "node_pool.locations": zone "${foreign}" is not in region "${region}".`);
  for (const [least, most, what] of [
    [autoscaling?.minNodeCount, autoscaling?.maxNodeCount, "per zone"],
    [autoscaling?.totalMinNodeCount, autoscaling?.totalMaxNodeCount, "in total"],
  ] as const) {
    if ((least ?? 0) < 0) bad(`The minimum number of nodes ${what} must not be negative.`);
    if (least !== undefined && most !== undefined && least > most)
      bad(`The minimum number of nodes ${what} (${least}) must not be greater than the maximum (${most}).`);
  }
  if (autoscaling !== undefined && (autoscaling.maxNodeCount ?? autoscaling.totalMaxNodeCount ?? 0) < 1) {
    bad("node_pool.autoscaling: the maximum number of nodes must be greater than zero.");
  }
  const surge = upgradeSettings?.maxSurge;
  const unavailable = upgradeSettings?.maxUnavailable;
  if (surge === 0 && (unavailable ?? 0) === 0)
    bad("At least one of max_surge and max_unavailable must be greater than zero.");
  if ((surge ?? 0) + (unavailable ?? 0) > 20) bad("The sum of max_surge and max_unavailable must be at most 20.");
  const channel = parent.state.releaseChannel.channel;
  if (channel !== "UNSPECIFIED" && management?.autoUpgrade === false)
    bad(`Auto_upgrade must be true when release_channel ${channel} is set.`);
  if (channel !== "UNSPECIFIED" && management?.autoRepair === false)
    bad(`Auto_repair must be true when release_channel ${channel} is set.`);
  if (input.maxPodsPerNode !== undefined && (input.maxPodsPerNode < 8 || input.maxPodsPerNode > 256)) {
    bad(`Max pods per node must be between 8 and 256, got ${input.maxPodsPerNode}.`);
  }
  if (input.version !== undefined) {
    const behind = minorOf(parent.state.masterVersion) - minorOf(input.version);
    if (behind < 0)
      bad(`Node version "${input.version}" must not be newer than the master version "${parent.state.masterVersion}".`);
    if (behind > 3)
      bad(
        `Node version "${input.version}" must be within three minor versions of the master version "${parent.state.masterVersion}".`,
      );
  }
  demandNodeConfig(input.nodeConfig, { region, workloadPool: parent.state.workloadIdentityConfig.workloadPool }, world);
}
