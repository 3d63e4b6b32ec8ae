import type { Cluster } from "@pulumi/gcp/container/cluster.js";
import type { NodePool } from "@pulumi/gcp/container/nodePool.js";
import { addressIn, overlaps } from "../../ipv4.ts";
import type { NodePoolSpec } from "../../region/spec.ts";
import type { OutputsOf, Service } from "../../service.ts";
import type { StoredResource } from "../../store.ts";
import { administrator, type CloudCluster, regionName, STRANGER } from "../cluster.ts";
import { cluster } from "./clusters.ts";
import { resolve, SUBNETWORKS } from "./links.ts";
import { machineShape } from "./machineShapes.ts";
import { nodePool } from "./nodePools.ts";
import { isRegion, regionOfLocation } from "./places.ts";
import { subnetwork } from "./subnetworks.ts";

type State = OutputsOf<Cluster>;
type Resources = readonly StoredResource[];
type StoredAs<Outputs> = Omit<StoredResource, "state"> & { state: Outputs };

const of = <Outputs>(resources: Resources, service: Service<Outputs>): StoredAs<Outputs>[] =>
  resources.filter((resource) => resource.type === service.type) as unknown as StoredAs<Outputs>[];

/** Every GKE cluster among resources of Google Cloud. */
export const gkeClusters = (resources: Resources): CloudCluster[] =>
  of(resources, cluster).map((one) => {
    const { state } = one;
    const subnetPath = resolve(state.subnetwork, SUBNETWORKS, one);
    const subnet = of(resources, subnetwork).find(({ id }) => id === subnetPath);
    const nodeRange = subnet?.state.ipCidrRange ?? "10.128.0.0/20";
    // GKE chooses ranges where the cluster does not say.
    const podRange = state.clusterIpv4Cidr || freeRange("/17", [nodeRange]);
    const serviceRange = state.servicesIpv4Cidr || freeRange("/20", [nodeRange, podRange]);
    const { privateEndpoint, publicEndpoint } = state.privateClusterConfig;
    const own = (state.nodePools ?? []).map(({ name = "default-pool" }) => defaultPool(name, state));
    const added = of(resources, nodePool).filter(({ id }) => id.startsWith(`${one.id}/nodePools/`));
    return {
      resource: one as unknown as StoredResource,
      region: regionName(state.resourceLabels, one.urn),
      spec: {
        cluster: state.name,
        cloud: "gcp",
        location: regionOfLocation(state.location),
        serviceRange,
        podRange,
        nodeRange,
        serverNames: [...new Set([state.endpoint, privateEndpoint, publicEndpoint])].filter((name) => name !== ""),
        serviceAccountIssuer: `https://container.googleapis.com/v1/${one.id}`,
        pools: [...own, ...added.map(({ state: pool }) => poolOf(pool))],
      },
      certified: (certificateAuthority) => ({
        ...state,
        masterAuth: {
          ...state.masterAuth,
          clusterCaCertificate: Buffer.from(certificateAuthority).toString("base64"),
        },
      }),
      // Who is signed in to the simulated gcloud owns the project, and so administers its clusters.
      identify: ({ cloud, account, principal }) =>
        cloud === "gcp" && account === one.account ? administrator(`${principal}@${one.account}`) : STRANGER,
    };
  });

function poolOf({ name, nodeConfig, nodeCount, nodeLocations }: OutputsOf<NodePool>): NodePoolSpec {
  const { machineType, labels, taints, spot } = nodeConfig;
  return {
    name,
    // The number is for each zone.
    nodes: Object.fromEntries(nodeLocations.map((zone) => [zone, nodeCount])),
    instanceType: machineType,
    labels: {
      ...labels,
      "cloud.google.com/gke-nodepool": name,
      "cloud.google.com/machine-family": machineType.split("-")[0] ?? "",
      ...(spot === true && { "cloud.google.com/gke-spot": "true" }),
    },
    taints: (taints ?? []).map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] ?? effect })),
    ...machineShape(machineType),
  };
}

/** The pool that a cluster comes with, unless it is removed at once. */
function defaultPool(name: string, state: State): NodePoolSpec {
  const { location, nodeLocations, nodePools, nodeConfig } = state;
  const zones = isRegion(location) ? nodeLocations : [location];
  const count = nodePools[0]?.initialNodeCount ?? 1;
  const { machineType = "e2-medium" } = nodeConfig;
  return {
    name,
    nodes: Object.fromEntries(zones.map((zone) => [zone, count])),
    instanceType: machineType,
    labels: { "cloud.google.com/gke-nodepool": name },
    taints: [],
    ...machineShape(machineType),
  };
}

const EFFECTS: Record<string, string> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** A /16 of 10.0.0.0/8, cut to the wanted size, that meets none of those that are taken. */
function freeRange(size: string, taken: readonly string[]): string {
  for (let index = 0; index < 256; index++) {
    const address = addressIn("10.0.0.0/8", index * 65_536);
    if (!taken.some((range) => overlaps(range, `${address}/16`))) return `${address}${size}`;
  }
  throw new Error(`no range is left beside ${taken.join(" and ")}`);
}
