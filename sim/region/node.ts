import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../client/client.ts";
import type { NodePoolSpec, RegionSpec } from "./spec.ts";

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export interface Node extends KubernetesObject {
  spec: { providerID?: string; taints?: Taint[] };
  status: {
    capacity?: Record<string, string>;
    allocatable?: Record<string, string>;
    addresses?: { type: string; address: string }[];
    conditions?: { type: string; status: string }[];
  };
}

/** One place in a pool that a node fills. */
export interface Slot {
  pool: NodePoolSpec;
  zone: string;
  /** From 0 within the pool and zone. */
  index: number;
  /** Address of the node. */
  address: string;
}

/**
 * Label of nodes that run: kwok keeps their leases fresh. A node that loses it falls silent, as one that lost its power. A label,
 * since kwok does not see that an annotation has gone, and would keep the lease fresh for ever.
 */
export const RUNNING = { key: "sim.novacron.io/power", value: "on" } as const;

/** Annotations by which the simulated cloud knows its nodes again. */
export const POOL = "sim.novacron.io/pool";
export const SLOT = "sim.novacron.io/slot";
/** What the node's machine is; a node whose pool wants another is replaced. */
export const MACHINE = "sim.novacron.io/machine";

/** What of the node's labels and taints comes from its pool, so that those of others stay when the pool changes. */
const APPLIED = "sim.novacron.io/applied";

export const appliedAnnotation = ({ labels, taints }: NodePoolSpec): Record<string, string> => ({
  [APPLIED]: JSON.stringify({ labels, taints }),
});

export const appliedOf = ({ metadata }: Node): Pick<NodePoolSpec, "labels" | "taints"> =>
  JSON.parse(metadata.annotations?.[APPLIED] ?? '{"labels":{},"taints":[]}') as NodePoolSpec;

export const slotName = ({ zone, index }: Pick<Slot, "zone" | "index">): string => `${zone}/${index}`;

export const machineOf = ({ instanceType, cpus, memoryGiB }: NodePoolSpec): string =>
  `${instanceType},${cpus},${memoryGiB}`;

/** Pods that one node may hold: the default of AKS and GKE is 110; EKS, by instance type, is near it. */
const PODS = 110;

/** What a node keeps for the system and the kubelet: about what the three clouds take of a node of 4 to 8 CPUs. */
const RESERVED = { millicores: 100, mebibytes: 1024 };

/** Labels that the cloud puts on the nodes of a pool, and what those of the pool's own say. */
export const labelsOf = (spec: RegionSpec, { pool, zone }: Slot, name: string): Record<string, string> => ({
  "kubernetes.io/hostname": name,
  "kubernetes.io/os": "linux",
  "kubernetes.io/arch": "amd64",
  "node.kubernetes.io/instance-type": pool.instanceType,
  "topology.kubernetes.io/region": spec.location,
  "topology.kubernetes.io/zone": zone,
  [POOL_LABELS[spec.cloud]]: pool.name,
  ...pool.labels,
});

/** Which label names the pool (EKS managed node groups; AKS; GKE). */
const POOL_LABELS = {
  aws: "eks.amazonaws.com/nodegroup",
  azure: "kubernetes.azure.com/agentpool",
  gcp: "cloud.google.com/gke-nodepool",
} as const;

/** A new node as its kubelet registers it; it is not ready yet. */
export function newNode(spec: RegionSpec, slot: Slot): Node {
  const { pool, address } = slot;
  const name = nodeName(spec, slot);
  const quantities = (millicores: number, mebibytes: number): Record<string, string> => ({
    cpu: `${millicores}m`,
    memory: `${mebibytes}Mi`,
    pods: String(PODS),
    "ephemeral-storage": "80Gi",
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { ...labelsOf(spec, slot, name), [RUNNING.key]: RUNNING.value },
      annotations: {
        [POOL]: pool.name,
        [SLOT]: slotName(slot),
        [MACHINE]: machineOf(pool),
        ...appliedAnnotation(pool),
      },
    },
    spec: { providerID: providerId(spec, slot, name), taints: pool.taints },
    status: {
      capacity: quantities(pool.cpus * 1000, pool.memoryGiB * 1024),
      allocatable: quantities(pool.cpus * 1000 - RESERVED.millicores, pool.memoryGiB * 1024 - RESERVED.mebibytes),
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
    },
  };
}

/** Named in the way of each cloud. Made of the node's address, which no two nodes have at a time. */
function nodeName({ cloud, cluster, location }: RegionSpec, { pool, address }: Slot): string {
  const mark = digest(cluster, pool.name);
  switch (cloud) {
    case "aws":
      return `ip-${address.replaceAll(".", "-")}.${location}.compute.internal`;
    case "azure":
      return `aks-${pool.name}-${Number.parseInt(mark.slice(0, 6), 16)}-vmss${base36(address)}`.toLowerCase();
    case "gcp":
      return `gke-${cluster.slice(0, 20)}-${pool.name.slice(0, 16)}-${mark.slice(0, 8)}-${digest(address).slice(0, 4)}`;
  }
}

function providerId({ cloud, cluster, location }: RegionSpec, { zone, address }: Slot, name: string): string {
  const machine = digest(cluster, address);
  switch (cloud) {
    case "aws":
      return `aws:///${zone}/i-${machine.slice(0, 17)}`;
    case "azure":
      return `azure:///subscriptions/${uuid(cluster)}/resourceGroups/MC_${cluster}_${location}/providers/Microsoft.Compute/virtualMachines/${name}`;
    case "gcp":
      return `gce://${cluster}/${zone}/${name}`;
  }
}

const digest = (...parts: string[]): string => createHash("sha256").update(parts.join("/")).digest("hex");

const base36 = (address: string): string =>
  address
    .split(".")
    .reduce((sum, octet) => sum * 256 + Number(octet), 0)
    .toString(36)
    .slice(-6)
    .padStart(6, "0");

const uuid = (text: string): string => digest(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
