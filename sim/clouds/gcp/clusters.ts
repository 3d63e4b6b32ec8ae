import type { Cluster, ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { clusterProblems, demandCluster, demandSettings } from "./clusterRules.ts";
import { clusterState } from "./clusterState.ts";
import { bad, PROVIDER } from "./errors.ts";
import { chooseVersion, demandUpgrade } from "./gkeVersions.ts";
import { labelled } from "./labels.ts";
import { isRegion, isZone, regionOfLocation } from "./places.ts";

/** GKE clusters. */
export const cluster: Service<OutputsOf<Cluster>> = service<ClusterArgs, Cluster>("gcp:container/cluster:Cluster", {
  replaceOn: [
    "name",
    "project",
    "location",
    "description",
    "network",
    "subnetwork",
    "networkingMode",
    "clusterIpv4Cidr",
    "ipAllocationPolicy.clusterSecondaryRangeName",
    "ipAllocationPolicy.servicesSecondaryRangeName",
    "ipAllocationPolicy.clusterIpv4CidrBlock",
    "ipAllocationPolicy.servicesIpv4CidrBlock",
    "ipAllocationPolicy.stackType",
    "privateClusterConfig.masterIpv4CidrBlock",
    "privateClusterConfig.privateEndpointSubnetwork",
    "datapathProvider",
    "initialNodeCount",
    "defaultMaxPodsPerNode",
    "enableAutopilot",
    "enableKubernetesAlpha",
    "enableTpu",
    "enableMultiNetworking",
    "masterAuth",
    "nodeConfig",
    "nodePools",
    "confidentialNodes",
  ],
  naming: {
    property: "name",
    pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    allowed: "a lower-case letter, then lower-case letters, digits and dashes, not ending in a dash",
    maxLength: 40,
  },
  region: (input, world) => regionOfLocation(locationOf(input, world)),
  references: (state) => [state.selfLink, state.name],
  check: clusterProblems,
  create: (input, world) => {
    const location = locationOf(input, world);
    if (!isRegion(location) && !isZone(location)) bad(`Location "${location}" does not exist.`);
    const name = input.name ?? "";
    const id = `projects/${world.account}/locations/${location}/clusters/${name}`;
    if (world.get(cluster, id) !== undefined) refuse("alreadyExists", `Already exists: ${id}.`);
    const ranges = demandCluster(input, location, world);
    return { id, ...clusterState(input, { id, name, location, ranges }, world) };
  },
  update: (input, current, world) => {
    demandSettings(input, current.state.location, world);
    const channel = input.releaseChannel?.channel ?? "UNSPECIFIED";
    const before = current.inputs as Unwrap<ClusterArgs>;
    const labels = labelled(input.resourceLabels, world);
    if (input.minMasterVersion === undefined || input.minMasterVersion === before.minMasterVersion) return labels;
    const version = chooseVersion(input.minMasterVersion, channel);
    demandUpgrade(current.state.masterVersion, version);
    return { ...labels, masterVersion: version };
  },
  // Its node pools go with it.
  remove: (current) => {
    if (current.state.deletionProtection !== false) {
      refuse(PROVIDER, "cannot destroy cluster without setting deletion_protection=false and running `pulumi up`");
    }
  },
  seconds: { create: 400, update: 120, remove: 240 },
});

/** A region or zone: the cluster's own, else the provider's. */
function locationOf(input: { location?: string | undefined }, world: World): string {
  const { region, zone } = world.config as { region?: string; zone?: string };
  return (
    input.location ??
    zone ??
    region ??
    refuse(PROVIDER, "Cannot determine location: set in this resource, or set provider-level 'region' or 'zone'.")
  );
}
