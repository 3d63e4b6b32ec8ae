import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { wanAddresses } from "../plan/wanEntry.ts";
import type { Region, RegionAnnotations } from "../region.ts";
import { AzureCluster } from "./cluster.ts";
import { AzureDiskEncryption } from "./diskEncryption.ts";
import { AzureDns } from "./dns.ts";
import { AzureGateway } from "./gateway.ts";
import { AzureIdentities } from "./identity.ts";
import { AzureLogs } from "./logs.ts";
import { AzureNetwork, WAN_SUBNET } from "./network.ts";
import { AzurePrivateEndpoint } from "./privateEndpoints.ts";
import { addressOf, zoneRedundantAddress } from "./publicAddresses.ts";
import { grant } from "./roles.ts";
import { AzureSecrets } from "./secrets.ts";
import { AzureSecretsReader } from "./secretsReader.ts";
import { AzureArtifacts, AzureStorage } from "./storage.ts";

/**
 * A region on Azure, in a resource group of its own. Needs a subscription in which the providers Microsoft.Network, Compute,
 * ContainerService, KeyVault, Storage, ManagedIdentity, OperationalInsights and Insights are registered, an `azure-native`
 * provider for it, and the right to assign roles there.
 */
export class AzureRegion extends ComponentResource implements Region {
  readonly regionName: string;
  readonly cloud = "azure" as const;
  readonly network: AzureNetwork;
  readonly cluster: AzureCluster;
  readonly gateway: AzureGateway;
  readonly artifacts: Output<string>;
  readonly secretStore: Output<string>;
  readonly entryAddresses: Output<string>[];
  readonly annotations: RegionAnnotations;
  readonly volumeKey: Record<string, Input<string>>;

  constructor(name: string, args: { plan: AzureRegionPlan }, opts?: ComponentResourceOptions) {
    super("novacron:azure:Region", name, {}, opts);
    const { plan } = args;
    const child = { parent: this };

    const group = new ResourceGroup(`${name}-group`, { location: plan.location, tags: plan.tags }, child);
    const logs = new AzureLogs(`${name}-logs`, { plan, group }, child);
    const identities = new AzureIdentities(`${name}-identity`, { plan, group }, child);
    const secrets = new AzureSecrets(`${name}-kv`, { plan, group }, child);
    this.network = new AzureNetwork(`${name}-network`, { plan, group }, child);
    this.gateway = new AzureGateway(`${name}-gateway`, { plan, group, network: this.network }, child);

    const usesStorageKey = grant(
      `${name}-storage-key`,
      { plan, to: identities.storage, role: "Key Vault Crypto Service Encryption User", on: secrets.storageKey.id },
      this,
    );
    const encryptedStorage = {
      plan,
      group,
      key: secrets.storageKey,
      vaultUri: secrets.vaultUri,
      identity: identities.storage,
    };
    const withKey = { parent: this, dependsOn: [usesStorageKey] };
    const artifacts = new AzureArtifacts(`${name}-artifacts`, encryptedStorage, withKey);
    const flowStorage = new AzureStorage(`${name}-flow-logs`, { ...encryptedStorage, prefix: "flowlogs" }, withKey);

    const disks = new AzureDiskEncryption(`${name}-disks`, { plan, group, secrets, identity: identities.disks }, child);
    const entry = zoneRedundantAddress(`${name}-entry`, { plan, group }, this);
    this.cluster = new AzureCluster(
      `${name}-cluster`,
      { plan, group, network: this.network, identities, secrets, diskEncryption: disks.id, entry: entry.id },
      child,
    );

    const reader = new AzureSecretsReader(
      `${name}-secrets-reader`,
      { plan, group, vaultId: secrets.vaultId, oidcIssuer: this.cluster.oidcIssuer },
      child,
    );

    const reachable = { plan, group, network: this.network };
    new AzurePrivateEndpoint(`${name}-vault`, { ...reachable, service: "vault", target: secrets.vaultId }, child);
    new AzurePrivateEndpoint(
      `${name}-blob`,
      { ...reachable, service: "blob", target: artifacts.account.accountId },
      child,
    );
    new AzureDns(`${name}-dns`, { plan, group, network: this.network.id }, child);

    logs.recordFlows(`${name}-logs-flows`, {
      network: this.network.id,
      storage: flowStorage,
      identity: identities.flowLogs,
    });
    logs.collect(`${name}-logs-vault`, { from: secrets.vaultId, categories: ["AuditEvent"] });
    logs.collect(`${name}-logs-gateway`, { from: this.gateway.id, categories: GATEWAY_LOGS });
    logs.collect(`${name}-logs-cluster`, { from: this.cluster.id, categories: CLUSTER_LOGS });

    this.regionName = plan.name;
    this.artifacts = artifacts.url;
    this.secretStore = secrets.vaultUri;
    this.entryAddresses = [addressOf(entry)];
    this.annotations = {
      loadBalancer: {
        "service.beta.kubernetes.io/azure-pip-name": entry.name,
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": group.name,
      },
      wanLoadBalancer: {
        "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
        "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": WAN_SUBNET,
        "service.beta.kubernetes.io/azure-load-balancer-ipv4": wanAddresses(plan).join(","),
      },
      secretsReader: {
        "azure.workload.identity/client-id": reader.clientId,
        "azure.workload.identity/tenant-id": plan.account.tenantId,
      },
    };
    this.volumeKey = {};
    this.registerOutputs({
      regionName: this.regionName,
      cloud: this.cloud,
      network: this.network,
      cluster: this.cluster,
      gateway: this.gateway,
      artifacts: this.artifacts,
      secretStore: this.secretStore,
      entryAddresses: this.entryAddresses,
      annotations: this.annotations,
      volumeKey: this.volumeKey,
    });
  }
}

/** Why a tunnel or a BGP session is down, and who changed the gateway. */
const GATEWAY_LOGS = ["GatewayDiagnosticLog", "TunnelDiagnosticLog", "RouteDiagnosticLog", "IKEDiagnosticLog"];

/** Who changed what, and what the control plane did. Mere reads (`kube-audit`) would be ten times as much. */
const CLUSTER_LOGS = [
  "kube-audit-admin",
  "guard",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "cloud-controller-manager",
  "cluster-autoscaler",
];
