import type { Cluster, ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { addressIn } from "../../ipv4.ts";
import type { OutputsOf } from "../../service.ts";
import type { World } from "../../world.ts";
import type { ClusterRanges } from "./clusterRules.ts";
import { numericId } from "./compute.ts";
import { chooseVersion } from "./gkeVersions.ts";
import { labelFingerprint, labelled } from "./labels.ts";
import { COMPUTE, NETWORKS, resolve, SUBNETWORKS } from "./links.ts";
import { isRegion, regionOfLocation, zonesOf } from "./places.ts";
import { projectNumber } from "./projects.ts";

type Input = Unwrap<ClusterArgs>;
type State = OutputsOf<Cluster>;

/**
 * What GKE answers for a new cluster. Blocks that the API leaves empty are empty objects here, although the SDK's types
 * promise their members: so does the provider.
 */
export function clusterState(
  input: Input,
  of: { id: string; name: string; location: string; ranges: ClusterRanges },
  world: World,
): Partial<State> {
  const { id, name, location, ranges } = of;
  const region = regionOfLocation(location);
  const version = chooseVersion(input.minMasterVersion, input.releaseChannel?.channel ?? "UNSPECIFIED");
  const empty = <Key extends keyof State>(): State[Key] => ({}) as State[Key];
  const master = input.privateClusterConfig?.masterIpv4CidrBlock ?? "";
  const publicEndpoint = world.publicAddress();
  const privateEndpoint = master === "" ? "" : addressIn(master, 2);
  return {
    ...labelled(input.resourceLabels, world),
    name,
    location,
    project: world.account,
    selfLink: `https://container.googleapis.com/v1/${id}`,
    deletionPolicy: input.deletionPolicy ?? "DELETE",
    deletionProtection: input.deletionProtection ?? true,
    masterVersion: version,
    nodeVersion: version,
    emulatedVersion: "",
    endpoint: input.privateClusterConfig?.enablePrivateEndpoint === true ? privateEndpoint : publicEndpoint,
    operation: "",
    labelFingerprint: labelFingerprint(world),
    network: networkLink(input, world),
    subnetwork: COMPUTE + (resolve(input.subnetwork ?? "", SUBNETWORKS, { account: world.account, region }) ?? ""),
    clusterIpv4Cidr: ranges.pods,
    servicesIpv4Cidr: ranges.services,
    tpuIpv4CidrBlock: "",
    nodeLocations: input.nodeLocations ?? (isRegion(location) ? zonesOf(region) : []),
    networkingMode: input.networkingMode ?? "VPC_NATIVE",
    datapathProvider: input.datapathProvider ?? "LEGACY_DATAPATH",
    defaultMaxPodsPerNode: input.defaultMaxPodsPerNode ?? 110,
    enableIntranodeVisibility: input.enableIntranodeVisibility ?? input.datapathProvider === "ADVANCED_DATAPATH",
    enableL4IlbSubsetting: input.enableL4IlbSubsetting ?? false,
    enableTpu: input.enableTpu ?? false,
    loggingService: input.loggingService ?? "logging.googleapis.com/kubernetes",
    monitoringService: input.monitoringService ?? "monitoring.googleapis.com/kubernetes",
    privateIpv6GoogleAccess: input.privateIpv6GoogleAccess ?? "",
    autopilotPrivilegedAdmissions: input.autopilotPrivilegedAdmissions ?? [],
    ipAllocationPolicy: {
      stackType: "IPV4",
      ...input.ipAllocationPolicy,
      clusterIpv4CidrBlock: ranges.pods,
      servicesIpv4CidrBlock: ranges.services,
    } as State["ipAllocationPolicy"],
    privateClusterConfig: {
      ...input.privateClusterConfig,
      masterIpv4CidrBlock: master,
      privateEndpoint,
      publicEndpoint,
      peeringName: "",
      masterGlobalAccessConfig: input.privateClusterConfig?.masterGlobalAccessConfig ?? { enabled: false },
    } as State["privateClusterConfig"],
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: {
        allowExternalTraffic: false,
        ...input.controlPlaneEndpointsConfig?.dnsEndpointConfig,
        endpoint: `gke-${world.hex(32)}-${projectNumber(world.account)}.${region}.gke.goog`,
      },
      ipEndpointsConfig: { enabled: true, ...input.controlPlaneEndpointsConfig?.ipEndpointsConfig },
    } as State["controlPlaneEndpointsConfig"],
    masterAuth: {
      clientCertificate: "",
      clientCertificateConfig: input.masterAuth?.clientCertificateConfig ?? { issueClientCertificate: false },
      clientKey: "",
      clusterCaCertificate: certificate(world),
    },
    masterAuthorizedNetworksConfig: {
      gcpPublicCidrsAccessEnabled: false,
      privateEndpointEnforcementEnabled: false,
      ...input.masterAuthorizedNetworksConfig,
    } as State["masterAuthorizedNetworksConfig"],
    databaseEncryption: (input.databaseEncryption ?? { state: "DECRYPTED" }) as State["databaseEncryption"],
    releaseChannel: input.releaseChannel ?? { channel: "UNSPECIFIED" },
    workloadIdentityConfig: (input.workloadIdentityConfig ?? {}) as State["workloadIdentityConfig"],
    loggingConfig: input.loggingConfig ?? { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
    monitoringConfig: {
      enableComponents: ["SYSTEM_COMPONENTS"],
      managedPrometheus: { enabled: true },
      advancedDatapathObservabilityConfig: { enableMetrics: false, enableRelay: false },
      ...input.monitoringConfig,
    } as State["monitoringConfig"],
    addonsConfig: {
      networkPolicyConfig: { disabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      ...input.addonsConfig,
    } as State["addonsConfig"],
    nodeConfig: (input.removeDefaultNodePool === true
      ? (input.nodeConfig ?? {})
      : { machineType: "e2-medium", ...input.nodeConfig }) as State["nodeConfig"],
    nodePools: (input.removeDefaultNodePool === true
      ? []
      : [{ name: "default-pool", initialNodeCount: input.initialNodeCount ?? 1, version }]) as State["nodePools"],
    clusterAutoscaling: {
      enabled: false,
      autoscalingProfile: "BALANCED",
      autoProvisioningLocations: [],
      resourceLimits: [],
      ...input.clusterAutoscaling,
    } as unknown as State["clusterAutoscaling"],
    securityPostureConfig: {
      mode: "BASIC",
      vulnerabilityMode: "VULNERABILITY_DISABLED",
      ...input.securityPostureConfig,
    } as State["securityPostureConfig"],
    anonymousAuthenticationConfig: input.anonymousAuthenticationConfig ?? { mode: "ENABLED" },
    authenticatorGroupsConfig: input.authenticatorGroupsConfig ?? empty<"authenticatorGroupsConfig">(),
    autopilotClusterPolicyConfig: (input.autopilotClusterPolicyConfig ?? {}) as State["autopilotClusterPolicyConfig"],
    clusterTelemetry: input.clusterTelemetry ?? { type: "ENABLED" },
    confidentialNodes: (input.confidentialNodes ?? { enabled: false }) as State["confidentialNodes"],
    costManagementConfig: input.costManagementConfig ?? { enabled: false },
    defaultSnatStatus: input.defaultSnatStatus ?? { disabled: false },
    enterpriseConfig: { clusterTier: "STANDARD", desiredTier: input.enterpriseConfig?.desiredTier ?? "" },
    gatewayApiConfig: input.gatewayApiConfig ?? { channel: "CHANNEL_DISABLED" },
    gkeAutoUpgradeConfig: input.gkeAutoUpgradeConfig ?? { patchMode: "" },
    identityServiceConfig: (input.identityServiceConfig ?? { enabled: false }) as State["identityServiceConfig"],
    managedMachineLearningDiagnosticsConfig: (input.managedMachineLearningDiagnosticsConfig ??
      {}) as State["managedMachineLearningDiagnosticsConfig"],
    managedOpentelemetryConfig: (input.managedOpentelemetryConfig ?? {}) as State["managedOpentelemetryConfig"],
    meshCertificates: input.meshCertificates ?? { enableCertificates: false },
    nodeCreationConfig: input.nodeCreationConfig ?? empty<"nodeCreationConfig">(),
    nodePoolAutoConfig: (input.nodePoolAutoConfig ?? {}) as State["nodePoolAutoConfig"],
    nodePoolDefaults: (input.nodePoolDefaults ?? {}) as State["nodePoolDefaults"],
    notificationConfig: (input.notificationConfig ?? { pubsub: { enabled: false } }) as State["notificationConfig"],
    podAutoscaling: input.podAutoscaling ?? empty<"podAutoscaling">(),
    protectConfig: (input.protectConfig ?? {}) as State["protectConfig"],
    rbacBindingConfig: (input.rbacBindingConfig ?? {
      enableInsecureBindingSystemAuthenticated: true,
      enableInsecureBindingSystemUnauthenticated: true,
    }) as State["rbacBindingConfig"],
    serviceExternalIpsConfig: input.serviceExternalIpsConfig ?? { enabled: false },
    tpuConfig: (input.tpuConfig ?? {}) as State["tpuConfig"],
    verticalPodAutoscaling: input.verticalPodAutoscaling ?? { enabled: false },
    workloadAltsConfig: input.workloadAltsConfig ?? { enableAlts: false },
  };
}

const networkLink = (input: Input, world: World): string =>
  COMPUTE + (resolve(input.network ?? "default", NETWORKS, world) ?? "");

/** Stands in for the cluster's certificate authority, until a control plane brings its own. */
const certificate = (world: World): string =>
  Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(numericId(world)).toString("base64")}\n-----END CERTIFICATE-----\n`,
  ).toString("base64");
