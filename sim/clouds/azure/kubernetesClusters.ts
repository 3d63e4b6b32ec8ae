import type { ManagedCluster, ManagedClusterArgs } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { checkPool, invalidParameter } from "./agentPoolRules.ts";
import { agentPool, maintenanceConfiguration } from "./agentPools.ts";
import { changeable, deletable, newResource, refuseWhileNested } from "./arm.ts";
import { given } from "./given.ts";
import { childrenOf, same } from "./ids.ts";
import { checkApiServerAccess, checkNetwork, networkDefaults, networkState } from "./kubernetesNetwork.ts";
import { checkSecurity } from "./kubernetesSecurity.ts";
import { checkUpgrade, checkVersion, fullVersion, nodeImage } from "./kubernetesVersions.ts";
import { machineSize } from "./machineSizes.ts";
import { identityWith } from "./managedIdentities.ts";
import { guid, systemData } from "./metadata.ts";
import { resourceGroup } from "./resourceGroups.ts";

export const CLUSTER = "Microsoft.ContainerService/managedClusters";

/** vCPUs of all clusters together that a subscription may run in a location. */
const REGIONAL_CPU_QUOTA = 350;

type Input = Unwrap<ManagedClusterArgs>;

export const managedCluster: Service<OutputsOf<ManagedCluster>> = service<ManagedClusterArgs, ManagedCluster>(
  "azure-native:containerservice:ManagedCluster",
  {
    replaceOn: [
      "resourceName",
      "resourceGroupName",
      "location",
      "diskEncryptionSetID",
      "dnsPrefix",
      "fqdnSubdomain",
      "linuxProfile",
      "nodeResourceGroup",
      "windowsProfile",
      ...[
        "serviceCidr",
        "serviceCidrs",
        "dnsServiceIP",
        "networkMode",
        "networkPlugin",
        "networkPluginMode",
        "podCidr",
      ].map((property) => `networkProfile.${property}`),
      ...["networkDataplane", "networkPolicy", "outboundType"].map((property) => `networkProfile.${property}`),
    ],
    naming: {
      property: "resourceName",
      pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
      allowed: "1–63 letters, digits, '-' and '_', beginning and ending with a letter or digit (InvalidParameter)",
      maxLength: 63,
    },
    create: (input, world) => {
      const cluster = newResource(world, managedCluster, CLUSTER, input, input.resourceName);
      const cpus = check(input, cluster, world);
      checkQuota(cpus, cluster.location, world);
      checkNodeGroup(input, cluster.name, world);
      const uid = world.hex(24);
      const version = fullVersion(input.kubernetesVersion);
      const host = `${input.fqdnSubdomain ?? input.dnsPrefix}-${world.hex(8)}`;
      return {
        ...cluster,
        ...computed(input, world),
        agentPoolProfiles: profiles(input, version, world),
        azureApiVersion: "2025-09-01",
        azurePortalFQDN: `${host}.portal.hcp.${cluster.location}.azmk8s.io`,
        currentKubernetesVersion: version,
        eTag: guid(world),
        enableRBAC: input.enableRBAC ?? true,
        fqdn: `${host}.hcp.${cluster.location}.azmk8s.io`,
        kubernetesVersion: input.kubernetesVersion ?? version,
        maxAgentPools: 100,
        nodeResourceGroup: nodeGroup(input, cluster),
        ...(input.oidcIssuerProfile === undefined
          ? {}
          : {
              oidcIssuerProfile: {
                ...given(input.oidcIssuerProfile),
                issuerURL:
                  input.oidcIssuerProfile.enabled === true
                    ? `https://${cluster.location}.oic.prod-aks.azure.com/${world.config.tenantId ?? guid(world)}/${guid(world)}/`
                    : "",
              },
            }),
        powerState: { code: "Running" },
        privateFQDN:
          input.apiServerAccessProfile?.enablePrivateCluster === true
            ? `${host}.private.${cluster.location}.azmk8s.io`
            : "",
        provisioningState: "Succeeded",
        resourceUID: uid,
        sku: { name: input.sku?.name ?? "Base", tier: input.sku?.tier ?? "Free" },
        supportPlan: input.supportPlan ?? "KubernetesOfficial",
        systemData: systemData(world),
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      checkUpdate(input, current);
      check(input, { id: current.id, name: current.state.name, location: current.region }, world);
      return {
        ...computed(input, world),
        currentKubernetesVersion:
          input.kubernetesVersion === (current.inputs as Input).kubernetesVersion
            ? current.state.currentKubernetesVersion
            : fullVersion(input.kubernetesVersion),
        eTag: guid(world),
        ...(current.state.oidcIssuerProfile === undefined
          ? {}
          : { oidcIssuerProfile: current.state.oidcIssuerProfile }),
      };
    },
    remove: (cluster, world) => {
      deletable(world, cluster.id);
      const nested = [
        ...childrenOf(world, agentPool, cluster.id),
        ...childrenOf(world, maintenanceConfiguration, cluster.id),
      ];
      // AKS would take its pools along. Here each is a resource that a program answers for.
      refuseWhileNested(nested);
    },
    seconds: { create: 300, update: 240, remove: 240 },
  },
);

/** What AKS adds to the parts of a request. */
function computed(input: Input, world: World) {
  return {
    ...(input.identity === undefined
      ? {}
      : { identity: { ...identityWith(input.identity, world), type: input.identity.type ?? "SystemAssigned" } }),
    networkProfile: networkState(input.networkProfile),
  };
}

const profiles = (input: Input, version: string, world: World) =>
  given(input.agentPoolProfiles ?? []).map(({ localDNSProfile, ...profile }) => ({
    ...profile,
    count: profile.count ?? 1,
    currentOrchestratorVersion: fullVersion(profile.orchestratorVersion ?? version),
    eTag: guid(world),
    ...(localDNSProfile === undefined ? {} : { localDNSProfile: { ...localDNSProfile, state: "Enabled" } }),
    nodeImageVersion: nodeImage(profile.osSKU),
    provisioningState: "Succeeded",
  }));

/** Checks a cluster's request and returns the vCPUs that its own pools take. */
function check(input: Input, cluster: { id: string; name: string; location: string }, world: World): number {
  const pools = input.agentPoolProfiles ?? [];
  const missing = (parameter: string) =>
    refuse("InvalidParameter", `Required parameter ${parameter} is missing (null).`);
  if (pools.length === 0) missing("agentPoolProfiles");
  if (!pools.some(({ mode }) => mode === "System")) {
    refuse("InvalidParameter", "There has to be at least one system agent pool.");
  }
  const names = pools.map(({ name }) => name);
  if (new Set(names).size < names.length)
    invalidParameter("agentPoolProfiles", `Agent pool names must be unique: ${names.join(", ")}.`);
  const prefix = input.dnsPrefix ?? input.fqdnSubdomain ?? missing("dnsPrefix");
  if (!/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/.test(prefix)) {
    invalidParameter(
      "dnsPrefix",
      `DNS name ${prefix} is invalid. It must contain between 1 and 54 characters, letters, digits and hyphens only, and begin and end with a letter or digit.`,
    );
  }
  if (input.dnsPrefix !== undefined && input.fqdnSubdomain !== undefined) {
    invalidParameter("fqdnSubdomain", "dnsPrefix and fqdnSubdomain cannot both be set.");
  }
  const tier = input.sku?.tier ?? "Free";
  if (!["Free", "Standard", "Premium"].includes(tier))
    invalidParameter("sku.tier", `Tier ${tier} is not Free, Standard or Premium.`);
  const longTerm = input.supportPlan === "AKSLongTermSupport";
  if (longTerm && tier !== "Premium") invalidParameter("supportPlan", "AKSLongTermSupport needs the tier Premium.");
  checkVersion(input.kubernetesVersion, cluster.name, longTerm);
  checkNetwork(input, world);
  checkApiServerAccess(input, cluster.location, world);
  checkSecurity(input, cluster.location, world);
  const overlay = networkDefaults(input.networkProfile).networkPluginMode === "overlay";
  return pools
    .map((pool) => checkPool(pool, { location: cluster.location, overlay }, world).cpus)
    .reduce((sum, cpus) => sum + cpus, 0);
}

/** What a cluster keeps for life, or never takes back. */
function checkUpdate(input: Input, current: Stored<OutputsOf<ManagedCluster>>): void {
  const before = current.inputs as Input;
  const forbid = (property: string) =>
    refuse("PropertyChangeNotAllowed", `Changing property '${property}' is not allowed.`);
  if ((before.enableRBAC ?? true) !== (input.enableRBAC ?? true)) forbid("enableRBAC");
  if (before.apiServerAccessProfile?.enablePrivateCluster !== input.apiServerAccessProfile?.enablePrivateCluster) {
    // Only a cluster whose API server stands in the virtual network can be turned from private to public and back.
    if (input.apiServerAccessProfile?.enableVnetIntegration !== true)
      forbid("apiServerAccessProfile.enablePrivateCluster");
  }
  if (
    before.apiServerAccessProfile?.enableVnetIntegration === true &&
    input.apiServerAccessProfile?.enableVnetIntegration !== true
  ) {
    forbid("apiServerAccessProfile.enableVnetIntegration");
  }
  if (before.oidcIssuerProfile?.enabled === true && input.oidcIssuerProfile?.enabled !== true) {
    refuse("OIDCIssuerFeatureCannotBeDisabled", "OIDC issuer feature cannot be disabled.");
  }
  if (JSON.stringify(before.agentPoolProfiles) !== JSON.stringify(input.agentPoolProfiles)) {
    const names = (pools: Input["agentPoolProfiles"]) => (pools ?? []).map(({ name }) => name).join();
    forbid(
      names(before.agentPoolProfiles) === names(input.agentPoolProfiles)
        ? "agentPoolProfile"
        : "agentPoolProfiles.name",
    );
  }
  if (input.kubernetesVersion !== undefined && input.kubernetesVersion !== before.kubernetesVersion) {
    checkUpgrade(current.state.currentKubernetesVersion, fullVersion(input.kubernetesVersion));
  }
}

/** Refuses nodes beyond the subscription's quota of vCPUs in a location. */
export function checkQuota(cpus: number, location: string, world: World): void {
  const inline = world
    .all(managedCluster)
    .filter((cluster) => cluster.region === location && cluster.account === world.account)
    .flatMap((cluster) => (cluster.inputs as Input).agentPoolProfiles ?? []);
  const own = world
    .all(agentPool)
    .filter((pool) => pool.region === location && pool.account === world.account)
    .map((pool) => ({ vmSize: pool.state.vmSize, count: pool.state.count }));
  const used = [...inline, ...own].reduce(
    (sum, pool) => sum + (pool.count ?? 1) * (machineSize(pool.vmSize ?? "")?.cpus ?? 0),
    0,
  );
  const left = REGIONAL_CPU_QUOTA - used;
  if (cpus <= left) return;
  refuse(
    "ErrCode_InsufficientVCPUQuota",
    `Insufficient regional vcpu quota left for location ${location}. left regional vcpu quota ${left}, requested quota ${cpus}. If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. (QuotaExceeded)`,
  );
}

const nodeGroup = (input: Input, cluster: { name: string; location: string }): string =>
  input.nodeResourceGroup ?? `MC_${input.resourceGroupName}_${cluster.name}_${cluster.location}`;

/** AKS makes the group for its nodes itself. */
function checkNodeGroup(input: Input, name: string, world: World): void {
  const group = nodeGroup(input, { name, location: world.region });
  if (group.length > 80 || !/^[-\w.()]*[-\w()]$/.test(group)) {
    invalidParameter(
      "nodeResourceGroup",
      `Node resource group name ${group} is invalid: at most 80 letters, digits, '-', '_', '.', '(' and ')'.`,
    );
  }
  const taken =
    world.all(resourceGroup).some((other) => other.account === world.account && same(other.state.name, group)) ||
    world
      .all(managedCluster)
      .some((other) => other.account === world.account && same(other.state.nodeResourceGroup ?? "", group));
  if (taken)
    refuse("NodeResourceGroupAlreadyExists", `The node resource group '${group}' already exists. Choose another name.`);
}
