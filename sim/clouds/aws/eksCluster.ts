import type { Cluster, ClusterArgs } from "@pulumi/aws/eks/cluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { contains, overlaps, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { eks } from "./api.ts";
import { groupVpc } from "./ec2SecurityGroup.ts";
import { subnet, vpcOf } from "./ec2Vpc.ts";
import { eksNodeGroup } from "./eksNodeGroup.ts";
import { roleTrusting } from "./iam.ts";
import { kmsKey } from "./kms.ts";
import { eksZonesOf } from "./regions.ts";
import { arn, awsService, ec2Id, oneOf } from "./resource.ts";

/** Minor versions that EKS offers, oldest first: those in standard and extended support. */
const VERSIONS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"];
const LATEST = "1.36";
const CLUSTERS = 100;
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
/** In the order in which a cluster may move; there is no way back. */
const AUTHENTICATION_MODES = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** Addresses that are nobody's on the internet. */
const NOT_PUBLIC = [...PRIVATE_RANGES, "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

type Input = Unwrap<ClusterArgs>;
type VpcConfig = Input["vpcConfig"];

const invalid = (message: string) => refuse("InvalidParameterException", message);

export const eksCluster = awsService<ClusterArgs, Cluster>("aws:eks/cluster:Cluster", {
  api: eks("Cluster"),
  replaceOn: [
    ...["name", "roleArn", "bootstrapSelfManagedAddons", "encryptionConfig", "outpostConfig"],
    ...[
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
    ],
  ],
  naming: {
    property: "name",
    pattern: /^[0-9A-Za-z][A-Za-z0-9_-]*$/,
    allowed: "letters, digits, dashes and underscores, beginning with a letter or digit (InvalidParameterException)",
    maxLength: 100,
  },
  references: ({ arn, name, vpcConfig }) => [arn, name, vpcConfig.clusterSecurityGroupId],
  seconds: { create: 600, update: 300, remove: 300 },
  check: (input) => [
    ...oneOf("accessConfig.authenticationMode", input.accessConfig?.authenticationMode, AUTHENTICATION_MODES),
    ...oneOf("kubernetesNetworkConfig.ipFamily", input.kubernetesNetworkConfig?.ipFamily, ["ipv4", "ipv6"]),
    ...oneOf("upgradePolicy.supportType", input.upgradePolicy?.supportType, ["STANDARD", "EXTENDED"]),
    ...(input.enabledClusterLogTypes ?? []).flatMap((type) => oneOf("enabledClusterLogTypes", type, LOG_TYPES)),
    ...(input.encryptionConfig?.resources ?? []).flatMap((kind) =>
      oneOf("encryptionConfig.resources", kind, ["secrets"]),
    ),
    ...serviceRangeProblems(input.kubernetesNetworkConfig?.serviceIpv4Cidr),
    ...(input.vpcConfig?.publicAccessCidrs ?? [])
      .filter((range) => parseRange(range) === undefined)
      .map((range): [string, string] => [
        "vpcConfig.publicAccessCidrs",
        `"${range}" is not a valid CIDR block (InvalidParameterException)`,
      ]),
  ],
  create: (input, world) => {
    const name = input.name ?? "";
    if (world.get(eksCluster, name) !== undefined)
      refuse("ResourceInUseException", `Cluster already exists with name: ${name}`);
    if (world.all(eksCluster).filter(({ region }) => region === world.region).length >= CLUSTERS)
      refuse("ResourceLimitExceededException", "Cluster limit exceeded");
    const version = input.version ?? LATEST;
    if (!VERSIONS.includes(version)) invalid(`unsupported Kubernetes version ${version}`);
    roleTrusting(input.roleArn, "eks.amazonaws.com", world, "InvalidParameterException");
    const { accessConfig } = input;
    if (
      accessConfig?.authenticationMode === "CONFIG_MAP" &&
      accessConfig.bootstrapClusterCreatorAdminPermissions === false
    )
      invalid(
        "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
      );
    const vpcId = checkNetwork(name, input.vpcConfig, world);
    const network = vpcOf(vpcId, world);
    const serviceIpv4Cidr =
      input.kubernetesNetworkConfig?.serviceIpv4Cidr ??
      (overlaps(network.state.cidrBlock, "10.100.0.0/16") ? "172.20.0.0/16" : "10.100.0.0/16");
    if (overlaps(serviceIpv4Cidr, network.state.cidrBlock))
      invalid(`The service CIDR ${serviceIpv4Cidr} overlaps with the VPC CIDR ${network.state.cidrBlock}`);
    checkEncryption(input.encryptionConfig, world);
    const secretId = world.hex(32).toUpperCase();
    return {
      id: name,
      name,
      arn: arn(world, "eks", `cluster/${name}`),
      version,
      accessConfig: {
        authenticationMode: accessConfig?.authenticationMode ?? "CONFIG_MAP",
        bootstrapClusterCreatorAdminPermissions: accessConfig?.bootstrapClusterCreatorAdminPermissions ?? true,
      },
      bootstrapSelfManagedAddons: input.bootstrapSelfManagedAddons ?? true,
      certificateAuthority: { data: authority(world) },
      clusterId: "",
      computeConfig: { enabled: input.computeConfig?.enabled ?? false },
      controlPlaneScalingConfig: { tier: input.controlPlaneScalingConfig?.tier ?? "standard" },
      createdAt: world.now(),
      deletionProtection: input.deletionProtection ?? false,
      endpoint: `https://${secretId}.gr7.${world.region}.eks.amazonaws.com`,
      identities: [{ oidcs: [{ issuer: `https://oidc.eks.${world.region}.amazonaws.com/id/${secretId}` }] }],
      ...COMPONENT_DEFAULTS,
      kubernetesNetworkConfig: {
        elasticLoadBalancing: { enabled: false },
        ipFamily: input.kubernetesNetworkConfig?.ipFamily ?? "ipv4",
        serviceIpv4Cidr,
        serviceIpv6Cidr: "",
      },
      platformVersion: "eks.8",
      status: "ACTIVE",
      storageConfig: { blockStorage: { enabled: input.storageConfig?.blockStorage?.enabled ?? false } },
      upgradePolicy: { supportType: input.upgradePolicy?.supportType ?? "EXTENDED" },
      vpcConfig: {
        ...endpoints(input.vpcConfig),
        subnetIds: input.vpcConfig.subnetIds,
        securityGroupIds: input.vpcConfig.securityGroupIds ?? [],
        clusterSecurityGroupId: ec2Id(world, "sg"),
        controlPlaneEgressMode: input.vpcConfig.controlPlaneEgressMode ?? "CUSTOMER_ROUTED",
        vpcId,
      },
    };
  },
  update: (input, current, world) => {
    const before = current.inputs as Input;
    checkVersion(before.version ?? LATEST, input.version ?? current.state.version);
    checkMode(before.accessConfig?.authenticationMode ?? "CONFIG_MAP", current.state.accessConfig.authenticationMode);
    const vpcId = checkNetwork(current.id, input.vpcConfig, world);
    if (vpcId !== current.state.vpcConfig.vpcId)
      invalid(
        `Provided subnets ${input.vpcConfig.subnetIds.join(", ")} belong to another VPC than the cluster's, ${current.state.vpcConfig.vpcId}`,
      );
    return {
      vpcConfig: { ...current.state.vpcConfig, ...endpoints(input.vpcConfig) },
      enabledClusterLogTypes: input.enabledClusterLogTypes ?? [],
    };
  },
  remove: (current, world) => {
    if (current.state.deletionProtection)
      refuse(
        "InvalidRequestException",
        `Cannot delete cluster ${current.id} because deletion protection is enabled. Disable deletion protection first.`,
      );
    if (
      world.all(eksNodeGroup).some(({ state, region }) => region === current.region && state.clusterName === current.id)
    )
      refuse("ResourceInUseException", "Cluster has nodegroups attached");
  },
});

function serviceRangeProblems(range: string | undefined): [string, string][] {
  if (range === undefined) return [];
  const prefix = parseRange(range)?.prefix ?? 0;
  const fine = prefix >= 12 && prefix <= 24 && PRIVATE_RANGES.some((outer) => contains(outer, range));
  return fine
    ? []
    : [
        [
          "kubernetesNetworkConfig.serviceIpv4Cidr",
          `"${range}" must be a /12 to /24 within 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16 (InvalidParameterException)`,
        ],
      ];
}

/** Refuses subnets, groups or access that a control plane cannot have; returns the VPC. */
function checkNetwork(name: string, config: VpcConfig, world: World): string {
  const subnets = config.subnetIds.map(
    (id) =>
      world.get(subnet, id) ??
      invalid(
        `The subnet ID '${id}' does not exist (Service: Ec2, Status Code: 400, Error Code: InvalidSubnetID.NotFound)`,
      ),
  );
  const [vpcId, ...others] = new Set(subnets.map(({ state }) => state.vpcId));
  if (vpcId === undefined || new Set(subnets.map(({ state }) => state.availabilityZone)).size < 2)
    return invalid("Subnets specified must be in at least two different AZs");
  if (others.length > 0) invalid("Subnets specified must all belong to the same VPC");
  const offered = eksZonesOf(world.region);
  const unsupported = subnets.find(({ state }) => !offered.includes(state.availabilityZone));
  if (unsupported !== undefined)
    refuse(
      "UnsupportedAvailabilityZoneException",
      `Cannot create cluster '${name}' because EKS does not support creating control plane instances in ${unsupported.state.availabilityZone}, the targeted availability zone. Retry cluster creation using control plane subnets that span at least two of these availability zones: ${offered.join(", ")}.`,
    );
  const groups = config.securityGroupIds ?? [];
  if (groups.length > 5) invalid("The number of security groups cannot exceed 5");
  for (const group of groups) {
    if (groupVpcOf(group, world) !== vpcId)
      invalid(
        `Security group(s) [${group}] are not in the same VPC as the subnets. Please specify security groups that are associated with the VPC: ${vpcId}.`,
      );
  }
  if (config.endpointPrivateAccess !== true && config.endpointPublicAccess === false)
    invalid("Private and public endpoint access cannot be false");
  const cidrs = config.publicAccessCidrs ?? [];
  if (cidrs.length > 40) invalid("The number of publicAccessCidrs cannot exceed 40");
  const hidden = cidrs.filter((range) => NOT_PUBLIC.some((outer) => contains(outer, range)));
  if (hidden.length > 0) invalid(`The following CIDRs are not allowed in publicAccessCidrs: [${hidden.join(", ")}]`);
  return vpcId;
}

function groupVpcOf(group: string, world: World): string {
  try {
    return groupVpc(group, world);
  } catch {
    return invalid(
      `The security group ID '${group}' does not exist (Service: Ec2, Status Code: 400, Error Code: InvalidGroup.NotFound)`,
    );
  }
}

const endpoints = (config: VpcConfig) => ({
  endpointPrivateAccess: config.endpointPrivateAccess ?? false,
  endpointPublicAccess: config.endpointPublicAccess ?? true,
  publicAccessCidrs: config.publicAccessCidrs ?? (config.endpointPublicAccess === false ? [] : ["0.0.0.0/0"]),
});

function checkEncryption(config: Input["encryptionConfig"], world: World): void {
  if (config === undefined) return;
  const { keyArn } = config.provider;
  const key =
    (keyArn.startsWith("arn:") ? world.get(kmsKey, keyArn) : undefined) ??
    invalid(`The keyArn in encryptionConfig provider is invalid: ${keyArn}`);
  if (key.state.customerMasterKeySpec !== "SYMMETRIC_DEFAULT") invalid("The KMS key must be symmetric");
  if (key.state.isEnabled === false) invalid(`The KMS key ${keyArn} is disabled`);
}

function checkVersion(before: string, after: string): void {
  if (before === after) return;
  if (!VERSIONS.includes(after)) invalid(`unsupported Kubernetes version ${after}`);
  if (VERSIONS.indexOf(after) - VERSIONS.indexOf(before) !== 1)
    invalid(`Unsupported Kubernetes minor version update from ${before} to ${after}`);
}

function checkMode(before: string, after: string): void {
  if (AUTHENTICATION_MODES.indexOf(after) < AUTHENTICATION_MODES.indexOf(before))
    invalid(`Unsupported authentication mode update from ${before} to ${after}`);
}

/** A certificate in form only: what answers at the endpoint has its own. */
const authority = (world: World): string =>
  Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(world.hex(96)).toString("base64")}\n-----END CERTIFICATE-----\n`,
  ).toString("base64");

const COMPONENT_DEFAULTS = {
  kubeApiServerConfig: { eventTtl: "1h0m0s", serviceNodePortRange: { minPort: 30_000, maxPort: 32_767 } },
  kubeControllerManagerConfig: {
    horizontalPodAutoscalerControllerConfig: { horizontalPodAutoscalerSyncPeriod: "15s" },
    podGcControllerConfig: { terminatedPodGcThreshold: 12_500 },
  },
  kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { resources: [], type: "LeastAllocated" } } },
};

export const clusterOf = (name: string, world: World): Stored<OutputsOf<Cluster>> =>
  world.get(eksCluster, name) ?? refuse("ResourceNotFoundException", `No cluster found for name: ${name}.`);
