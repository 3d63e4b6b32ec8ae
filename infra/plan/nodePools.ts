import type { Cloud, NodePoolPlan } from "./topology.ts";

export type PoolName = NodePoolPlan["name"];

export const POOL_NAMES: readonly PoolName[] = ["system", "workload", "inference"];

/** What a stack's config may say of a pool. */
export type PoolOverride = {
  [Key in "machineType" | "minSize" | "maxSize" | "diskGiB"]?: NodePoolPlan[Key] | undefined;
};

/** The label and taint that tell pools apart. */
const POOL_KEY = "novacron.io/pool";

/**
 * Intel machines throughout: DWCP's compression and the ONNX models are built for AVX-512, and one instruction set lets
 * results of different clouds be compared. All are current types that need no quota request in a new account.
 */
const MACHINE_TYPES: Record<PoolName, Record<Cloud, string>> = {
  // 2 vCPU, 8 GiB: controllers and monitoring agents; 2 vCPU is the least that AKS takes for a system pool.
  system: { aws: "m7i.large", azure: "Standard_D2s_v5", gcp: "n2-standard-2" },
  // 4 vCPU, 16 GiB: a consensus replica asks for 2 vCPU and 4 GiB and may use twice that.
  workload: { aws: "m7i.xlarge", azure: "Standard_D4s_v5", gcp: "n2-standard-4" },
  // 4 vCPU with AVX-512 VNNI: the models are small and served in under 50 ms without a GPU. C3 is not in every zone of Google Cloud, N2 is.
  inference: { aws: "c7i.xlarge", azure: "Standard_D4s_v5", gcp: "n2-standard-4" },
};

/** Container images and logs; workload adds DWCP's baselines, inference the models. */
const DISK_GIB: Record<PoolName, number> = { system: 64, workload: 128, inference: 128 };

/** Nodes in each zone as [least, most]. Production keeps two where staging keeps one, so that losing or upgrading a node empties no zone. */
const NODES_PER_ZONE: Record<"staging" | "production", Record<PoolName, readonly [number, number]>> = {
  staging: { system: [1, 2], workload: [1, 3], inference: [1, 2] },
  production: { system: [2, 4], workload: [2, 8], inference: [2, 4] },
};

/** Least and most nodes of a pool where the config does not say: over all zones together. */
export function defaultPoolSize(name: PoolName, tier: "staging" | "production", zones: number): [number, number] {
  const [least, most] = NODES_PER_ZONE[tier][name];
  return [least * zones, most * zones];
}

/**
 * The three node pools of a region. Only inference nodes are tainted: other pods must not take the cores that its latency
 * rests on, while charts without tolerations still find nodes. DWCP selects the workload pool by label.
 */
export function planNodePools(
  region: { cloud: Cloud; zones: readonly string[]; tier: "staging" | "production" },
  overrides: { [Name in PoolName]?: PoolOverride | undefined } = {},
): NodePoolPlan[] {
  return POOL_NAMES.map((name) => {
    const override = overrides[name] ?? {};
    const [minSize, maxSize] = defaultPoolSize(name, region.tier, region.zones.length);
    return {
      name,
      machineType: override.machineType ?? MACHINE_TYPES[name][region.cloud],
      minSize: override.minSize ?? minSize,
      maxSize: override.maxSize ?? maxSize,
      diskGiB: override.diskGiB ?? DISK_GIB[name],
      labels: { [POOL_KEY]: name },
      taints: name === "inference" ? [{ key: POOL_KEY, value: name, effect: "NoSchedule" }] : [],
    };
  });
}
