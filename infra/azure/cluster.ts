import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js";
import { MaintenanceConfiguration } from "@pulumi/azure-native/containerservice/maintenanceConfiguration.js";
import { ManagedCluster, type ManagedClusterArgs } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  getStack,
  type Input,
  interpolate,
  type Output,
  secret,
} from "@pulumi/pulumi";
import { clusterProvider } from "../clusterProvider.ts";
import { addressAt } from "../plan/ipv4.ts";
import type { AzureRegionPlan } from "../plan/topology.ts";
import type { RegionCluster } from "../region.ts";
import type { AzureIdentities } from "./identity.ts";
import { certificateAuthority, kubeconfig } from "./kubeconfig.ts";
import { lock } from "./locks.ts";
import type { AzureNetwork } from "./network.ts";
import { AzureNodePools, firstSystemPool } from "./nodePools.ts";
import { grant } from "./roles.ts";
import type { AzureSecrets } from "./secrets.ts";

export interface AzureClusterArgs {
  plan: AzureRegionPlan;
  group: ResourceGroup;
  network: AzureNetwork;
  identities: AzureIdentities;
  secrets: AzureSecrets;
  /** Id of the disk encryption set for nodes and volumes. */
  diskEncryption: Input<string>;
  /** Id of the public address that the cluster's load balancer is to use. */
  entry: Input<string>;
}

/**
 * The region's AKS cluster: API server inside the region's own network, no credentials but Entra ID's, secrets and disks
 * encrypted with our keys, and its node pools. The subscription needs the feature `Microsoft.Compute/EncryptionAtHost`.
 */
export class AzureCluster extends ComponentResource implements RegionCluster {
  readonly id: Output<string>;
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  readonly kubeconfig: Output<string>;
  readonly oidcIssuer: Output<string>;
  readonly provider: KubernetesProvider;

  constructor(name: string, args: AzureClusterArgs, opts?: ComponentResourceOptions) {
    super("novacron:azure:Cluster", name, {}, opts);
    const { plan, group, network, identities, secrets } = args;
    const cluster = new ManagedCluster(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        // Free has no service level and is meant for ten nodes.
        sku: { name: "Base", tier: "Standard" },
        nodeResourceGroup: interpolate`${group.name}-nodes`,
        dnsPrefix: plan.name,
        kubernetesVersion: plan.kubernetesVersion,
        identity: { type: "UserAssigned", userAssignedIdentities: [identities.cluster.id] },
        identityProfile: {
          kubeletidentity: {
            resourceId: identities.kubelet.id,
            clientId: identities.kubelet.clientId,
            objectId: identities.kubelet.principalId,
          },
        },
        enableRBAC: true,
        disableLocalAccounts: true,
        aadProfile: { managed: true, enableAzureRBAC: true, tenantID: plan.account.tenantId },
        oidcIssuerProfile: { enabled: true },
        securityProfile: {
          workloadIdentity: { enabled: true },
          azureKeyVaultKms: {
            enabled: true,
            keyId: secrets.clusterKey.keyUriWithVersion,
            keyVaultNetworkAccess: "Private",
            keyVaultResourceId: secrets.vaultId,
          },
          imageCleaner: { enabled: true, intervalHours: 168 },
        },
        apiServerAccessProfile: apiServerAccess(plan, network),
        networkProfile: networkProfile(plan),
        ...(plan.nat === "none" ? { bootstrapProfile: { artifactSource: "Cache" } } : {}),
        diskEncryptionSetID: args.diskEncryption,
        agentPoolProfiles: [firstSystemPool(plan, network)],
        // Where each zone has pools of its own, they grow evenly.
        autoScalerProfile: { balanceSimilarNodeGroups: "true" },
        autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
        tags: plan.tags,
      },
      {
        parent: this,
        dependsOn: this.#grants(name, args),
        // AKS takes changes to pools through their own API only, and lists all pools here once they exist.
        ignoreChanges: ["agentPoolProfiles"],
      },
    );
    // Saturday night, when nobody promotes a release: Kubernetes patches first, then node images.
    for (const [kind, startTime] of [
      ["aksManagedAutoUpgradeSchedule", "00:00"],
      ["aksManagedNodeOSUpgradeSchedule", "04:00"],
    ] as const) {
      new MaintenanceConfiguration(
        `${name}-${kind}`,
        {
          resourceGroupName: group.name,
          resourceName: cluster.name,
          configName: kind,
          maintenanceWindow: {
            schedule: { weekly: { intervalWeeks: 1, dayOfWeek: "Sunday" } },
            startTime,
            utcOffset: "+00:00",
            durationHours: 4,
          },
        },
        { parent: this },
      );
    }
    // It holds for what is below, too: a pool that has to go is deleted with the lock lifted.
    lock(`${name}-lock`, { plan, scope: cluster.id }, this);
    const pools = new AzureNodePools(`${name}-pools`, { plan, group, cluster, network }, { parent: this });

    this.id = cluster.id;
    this.clusterName = cluster.name;
    this.endpoint = interpolate`https://${cluster.fqdn}:443`;
    // With the id: before the cluster exists, the profile is what was asked for, and has no issuer.
    this.oidcIssuer = all([cluster.oidcIssuerProfile, cluster.id]).apply(([profile]) => {
      if (profile === undefined)
        throw new Error(`${name}: AKS reports no OIDC issuer, although the program asks for one`);
      return profile.issuerURL;
    });
    const credentials = listManagedClusterUserCredentialsOutput(
      { resourceGroupName: group.name, resourceName: cluster.name },
      { parent: this },
    );
    this.kubeconfig = secret(
      all([cluster.name, this.endpoint, credentials.kubeconfigs]).apply(([context, server, [issued]]) =>
        kubeconfig({
          context,
          server,
          certificateAuthority: certificateAuthority(issued?.value ?? ""),
          tenantId: plan.account.tenantId,
        }),
      ),
    );
    this.provider = clusterProvider(
      name,
      { kubeconfig: this.kubeconfig, clusterIdentifier: `${plan.name}.${getStack()}` },
      // What is applied waits for nodes to run on.
      { parent: this, dependsOn: [pools] },
    );
    this.registerOutputs({
      id: this.id,
      clusterName: this.clusterName,
      endpoint: this.endpoint,
      kubeconfig: this.kubeconfig,
      oidcIssuer: this.oidcIssuer,
      provider: this.provider,
    });
  }

  /** What AKS must be allowed before it can create a cluster: it checks, and nodes do not start without it. */
  #grants(name: string, { plan, network, identities, secrets, diskEncryption, entry }: AzureClusterArgs) {
    const to = identities.cluster;
    return [
      ...network.nodeSubnets.map(({ slice, id }) =>
        grant(`${name}-${slice.name}`, { plan, to, role: "Network Contributor", on: id }, this),
      ),
      grant(
        `${name}-api-server-subnet`,
        { plan, to, role: "Network Contributor", on: network.apiServerSubnetId },
        this,
      ),
      grant(`${name}-wan-subnet`, { plan, to, role: "Network Contributor", on: network.wanSubnetId }, this),
      grant(`${name}-entry`, { plan, to, role: "Network Contributor", on: entry }, this),
      grant(`${name}-kubelet`, { plan, to, role: "Managed Identity Operator", on: identities.kubelet.id }, this),
      grant(`${name}-key`, { plan, to, role: "Key Vault Crypto User", on: secrets.clusterKey.id }, this),
      // AKS makes itself a private endpoint to the vault.
      grant(`${name}-vault`, { plan, to, role: "Key Vault Contributor", on: secrets.vaultId }, this),
      grant(`${name}-disks`, { plan, to, role: "Reader", on: diskEncryption }, this),
    ];
  }
}

/**
 * The API server has an address in the region's own subnet, so nodes, peers and the vault's private endpoint reach it without
 * leaving the network. Listed operators also reach a public one; otherwise its public name resolves to the private address,
 * which the other clouds' networks could not look up in a private zone.
 */
function apiServerAccess(
  plan: AzureRegionPlan,
  network: AzureNetwork,
): NonNullable<ManagedClusterArgs["apiServerAccessProfile"]> {
  const inside = { enableVnetIntegration: true, subnetId: network.apiServerSubnetId, disableRunCommand: true };
  return "operatorCidrs" in plan.access
    ? { ...inside, enablePrivateCluster: false, authorizedIPRanges: plan.access.operatorCidrs }
    : { ...inside, enablePrivateCluster: true, enablePrivateClusterPublicFQDN: true, privateDNSZone: "none" };
}

/** Pods have addresses of an overlay, outside the VNet: nodes translate them on the way to anywhere else. */
function networkProfile(plan: AzureRegionPlan): NonNullable<ManagedClusterArgs["networkProfile"]> {
  const { pods, services } = plan.addresses;
  return {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    podCidr: pods,
    serviceCidr: services,
    // The tenth address, by custom; the first is the API server's.
    dnsServiceIP: addressAt(services, 10),
    ...(plan.dataPlane === "cilium"
      ? { networkDataplane: "cilium", networkPolicy: "cilium" }
      : { networkDataplane: "azure", networkPolicy: "calico" }),
    loadBalancerSku: "standard",
    // Without a way out AKS brings what nodes need from a registry of its own.
    outboundType: plan.nat === "none" ? "none" : "userAssignedNATGateway",
  };
}
