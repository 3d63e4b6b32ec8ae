import type { NodePoolArgs } from "@pulumi/gcp/container/nodePool.js";
import type { Unwrap } from "@pulumi/pulumi";
import type { World } from "../../world.ts";
import { bad, oneOf } from "./errors.ts";
import { demandKey } from "./keyUse.ts";
import { demandLabels } from "./labels.ts";
import { serviceAccount } from "./serviceAccounts.ts";

export type NodeConfig = NonNullable<Unwrap<NodePoolArgs>["nodeConfig"]>;

const EFFECTS = ["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"];
const DISK_TYPES = [
  "pd-standard",
  "pd-balanced",
  "pd-ssd",
  "pd-extreme",
  "hyperdisk-balanced",
  "hyperdisk-extreme",
  "hyperdisk-throughput",
];
const IMAGE_TYPES = [
  "COS_CONTAINERD",
  "COS",
  "UBUNTU_CONTAINERD",
  "UBUNTU",
  "WINDOWS_LTSC_CONTAINERD",
  "WINDOWS_SAC_CONTAINERD",
];

/** vCPU counts of the machine series that come in shapes of `standard`, `highmem` and `highcpu`. */
const SERIES: Record<string, number[]> = {
  e2: [2, 4, 8, 16, 32],
  n1: [1, 2, 4, 8, 16, 32, 64, 96],
  n2: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
  n2d: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
  n4: [2, 4, 8, 16, 32, 48, 64, 80],
  n4d: [2, 4, 8, 16, 32, 48, 64, 80, 96],
  c2: [4, 8, 16, 30, 60],
  c2d: [2, 4, 8, 16, 32, 56, 112],
  c3: [4, 8, 22, 44, 88, 176],
  c3d: [4, 8, 16, 30, 60, 90, 180, 360],
  c4: [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288],
  c4a: [1, 2, 4, 8, 16, 32, 48, 64, 72],
  c4d: [2, 4, 8, 16, 32, 48, 64, 96, 192, 384],
  t2d: [1, 2, 4, 8, 16, 32, 48, 60],
  t2a: [1, 2, 4, 8, 16, 32, 48],
  g2: [4, 8, 12, 16, 24, 32, 48, 96],
};
const OTHER_SERIES = /^(a2|a3|a4|a4x|g4|m1|m2|m3|m4|x4|z3|h3|h4d|ct5l?p?|ct6e|tpu7x)-[a-z0-9-]+$/;

const isMachineType = (name: string): boolean => {
  if (OTHER_SERIES.test(name) || /^(e2-(micro|small|medium)|n1-(ultra|mega)mem-\d+)$/.test(name)) return true;
  if (
    /^(e2|n1|n2|n2d|n4|n4d|g2)-custom-(micro|small|medium|\d+)-\d+(-ext)?$/.test(name) ||
    /^custom-\d+-\d+(-ext)?$/.test(name)
  )
    return true;
  const [, series = "", , vcpus] = /^([a-z]\d[a-z]?)-(standard|highmem|highcpu)-(\d+)(-lssd|-metal)?$/.exec(name) ?? [];
  return SERIES[series]?.includes(Number(vcpus)) ?? false;
};

/** What the provider refuses of a node configuration. */
export const nodeConfigProblems = (config: Partial<NodeConfig> | undefined): [property: string, reason: string][] => [
  ...(config?.taints ?? []).flatMap((taint) => oneOf("nodeConfig.taints.effect", taint.effect, EFFECTS)),
  ...oneOf("nodeConfig.workloadMetadataConfig.mode", config?.workloadMetadataConfig?.mode, [
    "MODE_UNSPECIFIED",
    "GCE_METADATA",
    "GKE_METADATA",
  ]),
  ...((config?.diskSizeGb ?? 10) >= 10
    ? []
    : ([
        ["nodeConfig.diskSizeGb", `expected node_config.0.disk_size_gb to be at least (10), got ${config?.diskSizeGb}`],
      ] as [string, string][])),
];

/** What GKE refuses of a node configuration, in a cluster of this region. */
export function demandNodeConfig(
  config: NodeConfig | undefined,
  of: { region: string; workloadPool: string | undefined },
  world: World,
): void {
  if (config === undefined) return;
  const { machineType, serviceAccount: account, bootDiskKmsKey: key } = config;
  if (machineType !== undefined && !isMachineType(machineType))
    bad(`Machine type with name '${machineType}' does not exist in region '${of.region}'.`);
  if (machineType === "e2-micro")
    bad("Machine type e2-micro is not supported on GKE: it has too little memory for the system's own pods.");
  if (config.diskType !== undefined && !DISK_TYPES.includes(config.diskType))
    bad(`Disk type "${config.diskType}" is not supported.`);
  if (config.diskType?.startsWith("pd-") === true && /^(n4|n4d|c4|c4a|c4d)-/.test(machineType ?? "")) {
    bad(`${config.diskType} disk type cannot be used by ${machineType} machine type.`);
  }
  if (config.imageType !== undefined && !IMAGE_TYPES.includes(config.imageType.toUpperCase()))
    bad(`Invalid image type "${config.imageType}".`);
  if (config.spot === true && config.preemptible === true) bad("Only one of spot and preemptible can be set.");
  if (account !== undefined && account !== "default" && account.endsWith(`@${world.account}.iam.gserviceaccount.com`)) {
    if (world.get(serviceAccount, account) === undefined) bad(`Service account "${account}" does not exist.`);
  } else if (account !== undefined && account !== "default" && !account.includes("@")) {
    bad(`Invalid service account "${account}".`);
  }
  if (config.workloadMetadataConfig?.mode === "GKE_METADATA" && of.workloadPool === undefined) {
    bad("Workload metadata mode GKE_METADATA requires workload identity to be enabled on the cluster.");
  }
  if (key !== undefined && key !== "") demandKey(key, of.region, { agent: "compute" }, world);
  demandLabels(config.resourceLabels, "node_config.resource_labels");
  const keys = new Set<string>();
  for (const taint of config.taints ?? []) {
    demandKubernetesLabel("taint", taint.key, taint.value);
    const name = `${taint.key}:${taint.effect}`;
    if (keys.has(name)) bad(`Duplicate taint with key "${taint.key}" and effect "${taint.effect}".`);
    keys.add(name);
  }
  for (const [name, value] of Object.entries(config.labels ?? {})) {
    demandKubernetesLabel("label", name, value);
    if (/(^|\.)(kubernetes|k8s)\.io\//.test(name))
      bad(`Invalid node label "${name}": the kubernetes.io and k8s.io prefixes are reserved.`);
  }
  for (const tag of config.tags ?? []) {
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(tag)) bad(`Invalid network tag "${tag}".`);
  }
  for (const scope of config.oauthScopes ?? []) {
    if (!/^(https:\/\/www\.googleapis\.com\/auth\/[a-z._-]+|[a-z-]+)$/.test(scope))
      bad(`Invalid OAuth scope "${scope}".`);
  }
}

function demandKubernetesLabel(what: string, key: string, value: string): void {
  const [name = "", prefix] = key.split("/").reverse();
  const part = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
  if (
    !part.test(name) ||
    (prefix !== undefined && !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(prefix)) ||
    key.split("/").length > 2
  ) {
    bad(`Invalid ${what} key "${key}".`);
  }
  if (value !== "" && !part.test(value)) bad(`Invalid value "${value}" of ${what} "${key}".`);
}
