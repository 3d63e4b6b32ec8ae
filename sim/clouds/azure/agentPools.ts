import type { AgentPool, AgentPoolArgs } from "@pulumi/azure-native/containerservice/agentPool.js";
import type {
  MaintenanceConfiguration,
  MaintenanceConfigurationArgs,
} from "@pulumi/azure-native/containerservice/maintenanceConfiguration.js";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { checkPool, invalidParameter, type PoolContext } from "./agentPoolRules.ts";
import { changeable, deletable, newChild } from "./arm.ts";
import { childrenOf, find, nameOf, parentOf, same } from "./ids.ts";
import { CLUSTER, checkQuota, managedCluster } from "./kubernetesClusters.ts";
import { checkVersion, fullVersion, minorNumber, nodeImage } from "./kubernetesVersions.ts";
import { guid, systemData } from "./metadata.ts";
import { childName } from "./networkNames.ts";
import { checkTags } from "./tags.ts";

type Input = Unwrap<AgentPoolArgs>;

/** What a pool has for life. */
const FIXED = [
  "availabilityZones",
  "enableFIPS",
  "enableNodePublicIP",
  "enableUltraSSD",
  "maxPods",
  "osDiskSizeGB",
  "osDiskType",
  "osType",
  "podSubnetID",
  "proximityPlacementGroupID",
  "scaleSetPriority",
  "type",
  "vnetSubnetID",
] as const;

export const agentPool: Service<OutputsOf<AgentPool>> = service<AgentPoolArgs, AgentPool>(
  "azure-native:containerservice:AgentPool",
  {
    replaceOn: [
      "agentPoolName",
      "resourceName",
      "resourceGroupName",
      "gpuInstanceProfile",
      "vmSize",
      "networkProfile.nodePublicIPTags",
    ],
    naming: {
      property: "agentPoolName",
      pattern: /^[a-z][a-z0-9]{0,11}$/,
      allowed: "a lower-case letter and then up to 11 lower-case letters and digits (InvalidParameter)",
      maxLength: 12,
      automatic: false,
    },
    create: (input, world) => {
      const name = input.agentPoolName ?? world.logicalName;
      const { child, parent } = newChild(
        world,
        agentPool,
        `${CLUSTER}/agentPools`,
        input,
        managedCluster,
        input.resourceName,
        name,
      );
      const inline = (parent.state.agentPoolProfiles ?? []).find((profile) => same(profile.name, name));
      if (inline !== undefined) refuse("ResourceExists", `cannot create already existing resource '${child.id}'`);
      if (childrenOf(world, agentPool, parent.id).length + (parent.state.agentPoolProfiles ?? []).length >= 100) {
        refuse(
          "QuotaExceeded",
          `Managed cluster ${parent.state.name} already has 100 agent pools, the most that a cluster can have.`,
        );
      }
      const { nodes, cpus } = check({ ...input, name }, parent, world);
      checkQuota(cpus, parent.region, world);
      return {
        id: child.id,
        name,
        type: input.type ?? "VirtualMachineScaleSets",
        azureApiVersion: "2025-09-01",
        count: nodes,
        currentOrchestratorVersion: fullVersion(input.orchestratorVersion ?? parent.state.currentKubernetesVersion),
        eTag: guid(world),
        maxPods: input.maxPods ?? 250,
        mode: input.mode ?? "User",
        nodeImageVersion: nodeImage(input.osSKU),
        orchestratorVersion: input.orchestratorVersion ?? parent.state.currentKubernetesVersion,
        osDiskSizeGB: input.osDiskSizeGB ?? 128,
        osDiskType: input.osDiskType ?? "Managed",
        osSKU: input.osSKU ?? "Ubuntu",
        osType: input.osType ?? "Linux",
        powerState: { code: "Running" },
        provisioningState: "Succeeded",
        scaleDownMode: input.scaleDownMode ?? "Delete",
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      const before = current.inputs as Input;
      for (const property of FIXED) {
        if (JSON.stringify(before[property]) === JSON.stringify(input[property])) continue;
        refuse("PropertyChangeNotAllowed", `Changing property 'properties.${property}' is not allowed.`);
      }
      const parent = clusterOf(current, world);
      check({ ...input, name: nameOf(current.id) }, parent, world);
      if (before.mode === "System" && input.mode !== "System") checkSystemPoolsLeft(current, parent, world);
      return {
        currentOrchestratorVersion: fullVersion(input.orchestratorVersion ?? parent.state.currentKubernetesVersion),
        eTag: guid(world),
      };
    },
    remove: (pool, world) => {
      deletable(world, pool.id);
      const parent = find(world, managedCluster, parentOf(pool.id));
      if (parent !== undefined && pool.state.mode === "System") checkSystemPoolsLeft(pool, parent, world);
    },
    seconds: { create: 180, update: 180, remove: 180 },
  },
);

function clusterOf(pool: { id: string }, world: World): Stored<OutputsOf<ManagedCluster>> {
  const id = parentOf(pool.id);
  return find(world, managedCluster, id) ?? refuse("ResourceNotFound", `The Resource '${id}' was not found.`);
}

function check(input: Input & { name: string }, cluster: Stored<OutputsOf<ManagedCluster>>, world: World) {
  checkTags(input.tags);
  if (input.vmSize === undefined)
    invalidParameter(
      "agentPoolProfile.vmSize",
      `Required parameter vmSize of agent pool ${input.name} is missing (null).`,
    );
  const controlPlane = cluster.state.currentKubernetesVersion;
  const asked = input.orchestratorVersion;
  checkVersion(asked, cluster.state.name, cluster.state.supportPlan === "AKSLongTermSupport");
  const skew = asked === undefined ? 0 : minorNumber(controlPlane) - minorNumber(asked);
  if (asked !== undefined && (skew < 0 || skew > 3)) {
    refuse(
      "NodePoolMcVersionIncompatible",
      `Node pool version ${asked} and control plane version ${controlPlane} are incompatible. Minor version of node pool version ${asked} is ${skew < 0 ? `bigger than control plane version ${controlPlane}` : "more than 3 versions less than control plane"}. For more information, please check https://aka.ms/version-skew-policy`,
    );
  }
  const used = (cluster.state.agentPoolProfiles ?? []).find(
    (profile) => profile.vnetSubnetID !== undefined,
  )?.vnetSubnetID;
  if (used !== undefined && (input.vnetSubnetID === undefined || !same(parentOf(used), parentOf(input.vnetSubnetID)))) {
    refuse(
      "AgentPoolsInDifferentVnets",
      `Agent pool ${input.name} is not in the virtual network ${parentOf(used)}. All agent pools of a cluster must be in the same virtual network.`,
    );
  }
  return checkPool(input, contextOf(cluster), world);
}

export const contextOf = (cluster: Stored<OutputsOf<ManagedCluster>>): PoolContext => ({
  location: cluster.region,
  overlay: cluster.state.networkProfile?.networkPluginMode === "overlay",
});

/** A cluster must keep a system pool. */
function checkSystemPoolsLeft(pool: { id: string }, cluster: Stored<OutputsOf<ManagedCluster>>, world: World): void {
  const inline = (cluster.state.agentPoolProfiles ?? []).some((profile) => profile.mode === "System");
  const own = childrenOf(world, agentPool, cluster.id).some(
    (other) => !same(other.id, pool.id) && other.state.mode === "System",
  );
  if (!inline && !own) refuse("OperationNotAllowed", "There has to be at least one system agent pool.");
}

export const maintenanceConfiguration: Service<OutputsOf<MaintenanceConfiguration>> = service<
  MaintenanceConfigurationArgs,
  MaintenanceConfiguration
>("azure-native:containerservice:MaintenanceConfiguration", {
  replaceOn: ["configName", "resourceName", "resourceGroupName"],
  naming: childName("configName"),
  create: (input, world) => {
    const { child } = newChild(
      world,
      maintenanceConfiguration,
      `${CLUSTER}/maintenanceConfigurations`,
      input,
      managedCluster,
      input.resourceName,
      input.configName ?? world.logicalName,
    );
    checkMaintenance(input, child.name);
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      azureApiVersion: "2025-09-01",
      systemData: systemData(world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    checkMaintenance(input, nameOf(current.id));
    return {};
  },
  remove: (configuration, world) => deletable(world, configuration.id),
  seconds: { create: 5, update: 5, remove: 3 },
});

function checkMaintenance(input: Unwrap<MaintenanceConfigurationArgs>, name: string): void {
  const kinds = ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"];
  if (!kinds.includes(name))
    invalidParameter("configName", `Maintenance configuration name ${name} is not one of ${kinds.join(", ")}.`);
  const { timeInWeek, notAllowedTime } = input;
  if (name === "default") {
    if (input.maintenanceWindow !== undefined)
      invalidParameter("maintenanceWindow", "maintenanceWindow is not for the configuration named default.");
    if ((timeInWeek ?? []).length === 0 && (notAllowedTime ?? []).length === 0) {
      invalidParameter("timeInWeek", "The configuration named default must have timeInWeek or notAllowedTime.");
    }
    return;
  }
  const window =
    input.maintenanceWindow ??
    invalidParameter("maintenanceWindow", `Required parameter maintenanceWindow of ${name} is missing (null).`);
  if (window.durationHours < 4 || window.durationHours > 24) {
    invalidParameter(
      "maintenanceWindow.durationHours",
      `durationHours ${window.durationHours} is not between 4 and 24.`,
    );
  }
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(window.startTime)) {
    invalidParameter("maintenanceWindow.startTime", `startTime ${window.startTime} is not between 00:00 and 23:59.`);
  }
  if (window.utcOffset !== undefined && !/^[+-](0\d|1[0-4]):[0-5]\d$/.test(window.utcOffset)) {
    invalidParameter("maintenanceWindow.utcOffset", `utcOffset ${window.utcOffset} is not of the form +/-HH:mm.`);
  }
  const schedules = Object.values(window.schedule).filter((schedule) => schedule !== undefined);
  if (schedules.length !== 1) {
    invalidParameter(
      "maintenanceWindow.schedule",
      `One of daily, weekly, absoluteMonthly and relativeMonthly must be given, not ${schedules.length}.`,
    );
  }
  const weeks = window.schedule.weekly?.intervalWeeks;
  if (weeks !== undefined && (weeks < 1 || weeks > 4))
    invalidParameter(
      "maintenanceWindow.schedule.weekly.intervalWeeks",
      `intervalWeeks ${weeks} is not between 1 and 4.`,
    );
  const days = window.schedule.daily?.intervalDays;
  if (days !== undefined && (days < 1 || days > 7))
    invalidParameter("maintenanceWindow.schedule.daily.intervalDays", `intervalDays ${days} is not between 1 and 7.`);
}
