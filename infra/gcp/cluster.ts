import { Cluster, type ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  getStack,
  interpolate,
  type Output,
  secret,
} from "@pulumi/pulumi";
import { clusterProvider } from "../clusterProvider.ts";
import { execKubeconfig } from "../kubeconfig.ts";
import type { AccessPlan, GcpRegionPlan } from "../plan/topology.ts";
import type { RegionCluster } from "../region.ts";
import { type GcpNetwork, POD_RANGE, SERVICE_RANGE } from "./network.ts";
import { GcpNodePools } from "./nodePools.ts";

/** Private ranges of RFC 1918: whatever address an operator's VPN gives out. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * The region's GKE cluster: regional control plane, private nodes on shielded machines, secrets encrypted with our key,
 * no credentials but IAM's, and its node pools.
 */
export class GcpCluster extends ComponentResource implements RegionCluster {
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  readonly kubeconfig: Output<string>;
  readonly oidcIssuer: Output<string>;
  readonly provider: KubernetesProvider;

  constructor(
    name: string,
    args: { plan: GcpRegionPlan; network: GcpNetwork; key: Output<string>; nodeServiceAccount: Output<string> },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:gcp:Cluster", name, {}, opts);
    const { plan, network } = args;
    const project = plan.account.project;
    const cluster = new Cluster(
      name,
      {
        project,
        location: plan.location,
        nodeLocations: plan.zones,
        description: `NovaCron region ${plan.name}`,
        network: network.id,
        subnetwork: network.nodeSubnetwork,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: { clusterSecondaryRangeName: POD_RANGE, servicesSecondaryRangeName: SERVICE_RANGE },
        ...controlPlaneAccess(plan),
        ...dataPlane(plan.dataPlane),
        minMasterVersion: plan.kubernetesVersion,
        releaseChannel: { channel: "REGULAR" },
        // Google upgrades in these hours: they hold the 48 hours in 32 days that GKE demands, on days when people are at work.
        maintenancePolicy: {
          recurringWindow: {
            startTime: "2025-01-07T02:00:00Z",
            endTime: "2025-01-07T08:00:00Z",
            recurrence: "FREQ=WEEKLY;BYDAY=TU,WE,TH",
          },
        },
        // The pool that GKE insists on creating gives way to our own; meanwhile it runs as our nodes do.
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: {
          serviceAccount: args.nodeServiceAccount,
          bootDiskKmsKey: args.key,
          shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        },
        enableShieldedNodes: true,
        enableLegacyAbac: false,
        masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
        // Health endpoints only: nothing else answers those who do not say who they are.
        anonymousAuthenticationConfig: { mode: "LIMITED" },
        // Internal load balancers in another subnetwork than the nodes' need it (GKE, "LoadBalancer Service parameters").
        enableL4IlbSubsetting: true,
        workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
        databaseEncryption: { state: "ENCRYPTED", keyName: args.key },
        securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
        loggingConfig: {
          enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "WORKLOADS"],
        },
        // The region's own Prometheus measures the workloads.
        monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: false } },
        resourceLabels: plan.tags,
        deletionProtection: plan.protect,
      },
      // GKE reports the configuration of whichever pool is first, long after the default one is gone.
      { parent: this, ignoreChanges: ["nodeConfig"] },
    );
    const pools = new GcpNodePools(
      `${name}-pools`,
      { plan, cluster, serviceAccount: args.nodeServiceAccount, key: args.key },
      { parent: this },
    );

    this.clusterName = cluster.name;
    this.endpoint = interpolate`https://${cluster.endpoint}`;
    this.oidcIssuer = interpolate`https://container.googleapis.com/v1/${cluster.id}`;
    this.kubeconfig = secret(
      all([cluster.name, this.endpoint, cluster.masterAuth]).apply(([context, server, auth]) =>
        kubeconfig(context, server, auth.clusterCaCertificate),
      ),
    );
    this.provider = clusterProvider(
      name,
      { kubeconfig: this.kubeconfig, clusterIdentifier: `${plan.name}.${getStack()}` },
      // What is applied waits for nodes to run on.
      { parent: this, dependsOn: [pools] },
    );
    this.registerOutputs({
      clusterName: this.clusterName,
      endpoint: this.endpoint,
      kubeconfig: this.kubeconfig,
      oidcIssuer: this.oidcIssuer,
      provider: this.provider,
    });
  }
}

/** Who reaches the API server. Nodes always do, on its private endpoint. */
function controlPlaneAccess(plan: GcpRegionPlan): Partial<ClusterArgs> {
  const fromOutside = "operatorCidrs" in plan.access;
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: !fromOutside,
      masterIpv4CidrBlock: plan.addresses.controlPlane,
      // Other regions reach the private endpoint through the mesh.
      masterGlobalAccessConfig: { enabled: true },
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: authorisedRanges(plan.access, plan.addresses.region).map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
      privateEndpointEnforcementEnabled: true,
    },
    // The DNS endpoint knows IAM but no list of addresses, so it stays shut to the outside.
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
  };
}

function authorisedRanges(access: AccessPlan, own: string): string[] {
  if ("operatorCidrs" in access) return access.operatorCidrs;
  return access.via === "vpn" ? PRIVATE_RANGES : [own];
}

/** Network policies are Dataplane V2's own work; without it Calico enforces them. */
const dataPlane = (kind: GcpRegionPlan["dataPlane"]): Partial<ClusterArgs> =>
  kind === "cilium"
    ? { datapathProvider: "ADVANCED_DATAPATH" }
    : {
        datapathProvider: "LEGACY_DATAPATH",
        networkPolicy: { enabled: true, provider: "CALICO" },
        addonsConfig: { networkPolicyConfig: { disabled: false } },
      };

/** Google's plugin fetches a token for whoever runs it. */
const kubeconfig = (context: string, server: string, certificateAuthority: string): string =>
  execKubeconfig(
    { context, server, certificateAuthority },
    {
      command: "gke-gcloud-auth-plugin",
      installHint: "Install gke-gcloud-auth-plugin: gcloud components install gke-gcloud-auth-plugin",
      provideClusterInfo: true,
    },
  );
