import { parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { checkZones } from "./locations.ts";
import { checkMachineSize } from "./machineSizes.ts";
import { requireSubnet } from "./subnets.ts";

/** A node pool as AKS checks it, whether it comes with its cluster or by itself. */
export interface PoolRequest {
  name: string;
  availabilityZones?: string[] | undefined;
  count?: number | undefined;
  enableAutoScaling?: boolean | undefined;
  enableEncryptionAtHost?: boolean | undefined;
  enableNodePublicIP?: boolean | undefined;
  maxCount?: number | undefined;
  maxPods?: number | undefined;
  minCount?: number | undefined;
  mode?: string | undefined;
  nodeLabels?: Record<string, string> | undefined;
  nodeTaints?: string[] | undefined;
  orchestratorVersion?: string | undefined;
  osDiskSizeGB?: number | undefined;
  osDiskType?: string | undefined;
  osSKU?: string | undefined;
  osType?: string | undefined;
  scaleSetEvictionPolicy?: string | undefined;
  scaleSetPriority?: string | undefined;
  spotMaxPrice?: number | undefined;
  type?: string | undefined;
  upgradeSettings?: { maxSurge?: string | undefined } | undefined;
  vmSize?: string | undefined;
  vnetSubnetID?: string | undefined;
}

/** What a pool's rules depend on in its cluster. */
export interface PoolContext {
  location: string;
  /** Whether pods have overlay addresses, so that a node takes one address of its subnet and no more. */
  overlay: boolean;
}

export const invalidParameter = (parameter: string, reason: string): never =>
  refuse(
    "InvalidParameter",
    `The value of parameter ${parameter} is invalid. Error details: ${reason} Please see https://aka.ms/aks-naming-rules for more details.`,
  );

/** Vital facts of a pool: how many nodes it starts with and what they take of the quota. */
export function checkPool(pool: PoolRequest, context: PoolContext, world: World): { nodes: number; cpus: number } {
  const { name } = pool;
  const windows = pool.osType === "Windows";
  if (!/^[a-z][a-z0-9]{0,11}$/.test(name)) {
    invalidParameter(
      "agentPoolProfile.name",
      `Cannot parse linux agent pool name ${name}. A valid linux agent pool name must start with a lowercase letter, have max length of 12 characters, and only have characters a-z0-9.`,
    );
  }
  if (windows && name.length > 6)
    invalidParameter("agentPoolProfile.name", `Windows agent pool name ${name} has more than 6 characters.`);
  const size = checkMachineSize(pool.vmSize ?? "Standard_DS2_v2", context.location);
  if (pool.mode !== undefined && !["System", "User", "Gateway"].includes(pool.mode)) {
    invalidParameter(
      "agentPoolProfile.mode",
      `Mode ${pool.mode} of agent pool ${name} is not System, User or Gateway.`,
    );
  }
  if (pool.mode === "System") checkSystemPool(pool, size);
  checkSizes(pool);
  checkZones(name, context.location, pool.availabilityZones);
  if ((pool.availabilityZones ?? []).length > 0 && pool.type === "AvailabilitySet") {
    invalidParameter("agentPoolProfile.availabilityZones", "Availability zones need the type VirtualMachineScaleSets.");
  }
  checkSpot(pool);
  checkLabelsAndTaints(pool);
  const nodes = pool.count ?? Math.max(pool.minCount ?? 1, 1);
  if (pool.vnetSubnetID !== undefined) checkPoolSubnet(pool, nodes, context, world);
  return { nodes, cpus: nodes * size.cpus };
}

function checkSystemPool(pool: PoolRequest, size: { cpus: number; memoryGiB: number }): void {
  if (pool.osType === "Windows")
    invalidParameter("agentPoolProfile.osType", `System agent pool ${pool.name} must be Linux.`);
  if (size.cpus < 2 || size.memoryGiB < 4) {
    invalidParameter(
      "agentPoolProfile.vmSize",
      `System node pool must use VM sku with more than 2 cores and 4GB memory. ${pool.vmSize} has ${size.cpus} and ${size.memoryGiB}.`,
    );
  }
  if (pool.scaleSetPriority === "Spot")
    invalidParameter("agentPoolProfile.scaleSetPriority", "A spot agent pool cannot be a system pool.");
  if (pool.type === "AvailabilitySet")
    invalidParameter("agentPoolProfile.type", "System node pools must be VirtualMachineScaleSets.");
}

function checkSizes(pool: PoolRequest): void {
  const { count, minCount, maxCount, maxPods, osDiskSizeGB } = pool;
  const least = pool.mode === "System" ? 1 : 0;
  const whole = (value: number | undefined, property: string, from: number, to: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) return;
    invalidParameter(
      `agentPoolProfile.${property}`,
      `${property} ${value} of agent pool ${pool.name} is not between ${from} and ${to}.`,
    );
  };
  whole(count, "count", least, 1000);
  whole(maxPods, "maxPods", 10, 250);
  if (osDiskSizeGB !== 0) whole(osDiskSizeGB, "osDiskSizeGB", 30, 4096);
  if (pool.osDiskType !== undefined && !["Managed", "Ephemeral"].includes(pool.osDiskType)) {
    invalidParameter("agentPoolProfile.osDiskType", `osDiskType ${pool.osDiskType} is not Managed or Ephemeral.`);
  }
  if (pool.enableAutoScaling === true) {
    if (minCount === undefined || maxCount === undefined) {
      invalidParameter(
        "agentPoolProfile",
        `Required parameters minCount and maxCount of agent pool ${pool.name} are missing: auto-scaling is enabled.`,
      );
    }
    whole(minCount, "minCount", least, 1000);
    whole(maxCount, "maxCount", 1, 1000);
    if (minCount !== undefined && maxCount !== undefined && minCount > maxCount) {
      invalidParameter(
        "agentPoolProfile.minCount",
        `minCount ${minCount} of agent pool ${pool.name} is greater than maxCount ${maxCount}.`,
      );
    }
    const asked = count ?? 1;
    if (minCount !== undefined && maxCount !== undefined && (asked < minCount || asked > maxCount)) {
      invalidParameter(
        "agentPoolProfile.count",
        `count ${asked} of agent pool ${pool.name} is not between minCount ${minCount} and maxCount ${maxCount}.`,
      );
    }
  } else if (minCount !== undefined || maxCount !== undefined) {
    invalidParameter(
      "agentPoolProfile",
      `minCount and maxCount of agent pool ${pool.name} cannot be set: auto-scaling is not enabled.`,
    );
  }
  const surge = pool.upgradeSettings?.maxSurge;
  if (surge !== undefined && !/^([1-9]\d*|([1-9]\d?|100)%)$/.test(surge)) {
    invalidParameter(
      "agentPoolProfile.upgradeSettings.maxSurge",
      `maxSurge ${surge} is neither a number nor a percentage up to 100%.`,
    );
  }
}

function checkSpot(pool: PoolRequest): void {
  const spot = pool.scaleSetPriority === "Spot";
  if (!spot && pool.spotMaxPrice !== undefined && pool.spotMaxPrice !== -1) {
    invalidParameter(
      "agentPoolProfile.spotMaxPrice",
      `spotMaxPrice of agent pool ${pool.name} needs the scale set priority Spot.`,
    );
  }
  if (!spot && pool.scaleSetEvictionPolicy !== undefined) {
    invalidParameter(
      "agentPoolProfile.scaleSetEvictionPolicy",
      `scaleSetEvictionPolicy of agent pool ${pool.name} needs the scale set priority Spot.`,
    );
  }
}

/** Prefixes that AKS and Kubernetes keep for themselves. */
const RESERVED = /^(.+\.)?(kubernetes\.azure\.com|kubernetes\.io|k8s\.io)\//;
const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

function checkLabelsAndTaints(pool: PoolRequest): void {
  for (const [key, value] of Object.entries(pool.nodeLabels ?? {})) {
    if (RESERVED.test(key))
      invalidParameter("agentPoolProfile.nodeLabels", `Label key ${key} has a prefix that is reserved for use by AKS.`);
    if (!KEY.test(key) || !VALUE.test(value)) {
      invalidParameter("agentPoolProfile.nodeLabels", `Label ${key}=${value} is not a valid Kubernetes label.`);
    }
  }
  for (const taint of pool.nodeTaints ?? []) {
    const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(taint);
    if (match === null || !KEY.test(match[1] ?? "") || !VALUE.test(match[2] ?? "")) {
      invalidParameter(
        "agentPoolProfile.nodeTaints",
        `Taint ${taint} is not valid. It should be key=value:NoSchedule, PreferNoSchedule or NoExecute.`,
      );
    }
  }
}

function checkPoolSubnet(pool: PoolRequest, nodes: number, context: PoolContext, world: World): void {
  const id = pool.vnetSubnetID ?? "";
  const subnet = requireSubnet(world, id, { location: context.location, by: `agentPools/${pool.name}` });
  if (subnet.name === "GatewaySubnet" || subnet.delegations.length > 0) {
    refuse(
      "SubnetNotUsableByAgentPool",
      `Subnet ${id} cannot hold agent pool ${pool.name}: it is kept for ${subnet.delegations[0] ?? "virtual network gateways"}.`,
    );
  }
  const free = subnet.prefixes.reduce((sum, prefix) => sum + addresses(prefix) - 5, 0);
  const needed = (nodes + 1) * (context.overlay ? 1 : (pool.maxPods ?? 30) + 1);
  if (needed > free) {
    refuse(
      "InsufficientSubnetSize",
      `Pre-allocated IPs ${needed} exceeds IPs available ${free} in Subnet Cidr ${subnet.prefixes.join(",")}, Subnet Name ${subnet.name}. http://aka.ms/aks/insufficientsubnetsize`,
    );
  }
}

const addresses = (prefix: string): number => {
  const range = parseRange(prefix);
  return range === undefined ? 0 : range.last - range.first + 1;
};
