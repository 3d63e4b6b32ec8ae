import type { NodeGroup, NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { eks } from "./api.ts";
import { launchTemplate } from "./ec2LaunchTemplate.ts";
import { effectiveTable, routesOf } from "./ec2Routing.ts";
import { subnet } from "./ec2Vpc.ts";
import { vpcEndpoint } from "./ec2VpcEndpoint.ts";
import { eksAddon } from "./eksAddon.ts";
import { clusterOf } from "./eksCluster.ts";
import { roleOfArn } from "./eksRole.ts";
import { architectureOf, isInstanceType } from "./instanceTypes.ts";
import { kmsKey } from "./kms.ts";
import { arn, atMostOne, awsService, between, oneOf } from "./resource.ts";

const GROUPS_IN_A_CLUSTER = 30;
const AMI_TYPES = [
  ...[
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "AL2_ARM_64",
    "CUSTOM",
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
  ],
  ...[
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64_FIPS",
  ],
  ...[
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
  ],
  ...[
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
  ],
  ...["WINDOWS_FULL_2022_x86_64", "WINDOWS_CORE_2025_x86_64", "WINDOWS_FULL_2025_x86_64"],
];
const EFFECTS = ["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"];
const RESERVED_LABELS = ["kubernetes.io/", "k8s.io/", "eks.amazonaws.com/"];
/** What a node must reach to join when it has no way to the internet. */
const ENDPOINTS_TO_JOIN = ["ec2", "ecr.api", "ecr.dkr", "s3"];

type Input = Unwrap<NodeGroupArgs>;

const invalid = (message: string) => refuse("InvalidParameterException", message);
const notPossible = (message: string) => refuse("InvalidRequestException", message);

export const eksNodeGroup = awsService<NodeGroupArgs, NodeGroup>("aws:eks/nodeGroup:NodeGroup", {
  api: eks("Node Group", { create: "CreateNodegroup", update: "UpdateNodegroupConfig", remove: "DeleteNodegroup" }),
  replaceOn: [
    ...["amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "nodeGroupName", "nodeGroupNamePrefix"],
    ...["nodeRoleArn", "remoteAccess", "subnetIds", "launchTemplate.id", "launchTemplate.name"],
  ],
  naming: {
    property: "nodeGroupName",
    pattern: /^[0-9A-Za-z][A-Za-z0-9_-]*$/,
    allowed: "letters, digits, dashes and underscores, beginning with a letter or digit (InvalidParameterException)",
    maxLength: 63,
  },
  references: ({ arn }) => [arn],
  seconds: { create: 180, update: 180, remove: 180 },
  check: (input) => [
    ...oneOf("amiType", input.amiType, AMI_TYPES),
    ...oneOf("capacityType", input.capacityType, ["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]),
    ...between("diskSize", input.diskSize, 1, 16_384),
    ...between("scalingConfig.minSize", input.scalingConfig?.minSize, 0, 450),
    ...between("scalingConfig.desiredSize", input.scalingConfig?.desiredSize, 0, 450),
    ...between("scalingConfig.maxSize", input.scalingConfig?.maxSize, 1, 450),
    ...between("updateConfig.maxUnavailable", input.updateConfig?.maxUnavailable, 1, 100),
    ...between("updateConfig.maxUnavailablePercentage", input.updateConfig?.maxUnavailablePercentage, 1, 100),
    ...(input.updateConfig === undefined
      ? []
      : atMostOne(input.updateConfig, ["maxUnavailable", "maxUnavailablePercentage"])),
    ...(input.launchTemplate === undefined ? [] : atMostOne(input.launchTemplate, ["id", "name"])),
    ...atMostOne(input, ["launchTemplate", "remoteAccess"]),
    ...(input.taints ?? []).flatMap(({ effect }) => oneOf("taints.effect", effect, EFFECTS)),
  ],
  create: (input, world) => {
    const cluster = clusterOf(input.clusterName, world);
    const name = input.nodeGroupName ?? "";
    const siblings = world
      .all(eksNodeGroup)
      .filter(({ state, region }) => region === world.region && state.clusterName === cluster.id);
    if (siblings.some(({ state }) => state.nodeGroupName === name))
      refuse("ResourceInUseException", `NodeGroup already exists with name ${name} and cluster name ${cluster.id}`);
    if (siblings.length >= GROUPS_IN_A_CLUSTER) refuse("ResourceLimitExceededException", "Nodegroup limit exceeded");
    const nodeRole = roleOfArn(input.nodeRoleArn, world);
    if (!nodeRole.trusts("ec2.amazonaws.com"))
      invalid(
        `Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole ${input.nodeRoleArn}`,
      );
    const instanceTypes = checkTemplate(input, world);
    checkMachines(instanceTypes, input.amiType);
    const version = input.version ?? cluster.state.version;
    checkChangeable(input, version, cluster.state.version);
    checkSubnets(input.subnetIds, cluster.state.vpcConfig.vpcId, world);
    // A node is not ready before a network add-on runs on it, and the group fails after waiting for it.
    const hasNetwork =
      cluster.state.bootstrapSelfManagedAddons !== false ||
      world
        .all(eksAddon)
        .some(
          ({ state, region }) =>
            region === world.region && state.clusterName === cluster.id && state.addonName === "vpc-cni",
        );
    if (!hasNetwork && input.scalingConfig.desiredSize > 0)
      refuse(
        "NodeCreationFailure",
        "Unhealthy nodes in the kubernetes cluster: container runtime network not ready: cni plugin not initialized",
      );
    return {
      id: `${cluster.id}:${name}`,
      arn: arn(
        world,
        "eks",
        `nodegroup/${cluster.id}/${name}/${[8, 4, 4, 4, 12].map((digits) => world.hex(digits)).join("-")}`,
      ),
      nodeGroupName: name,
      nodeGroupNamePrefix: input.nodeGroupNamePrefix ?? "",
      amiType: input.amiType ?? "AL2023_x86_64_STANDARD",
      capacityType: input.capacityType ?? "ON_DEMAND",
      diskSize: input.diskSize ?? (input.launchTemplate === undefined ? 20 : 0),
      instanceTypes,
      nodeRepairConfig: { enabled: input.nodeRepairConfig?.enabled ?? false },
      releaseVersion: input.releaseVersion ?? `${version}.2-20260901`,
      resources: [
        {
          autoscalingGroups: [{ name: `eks-${name}-${world.hex(8)}-${world.hex(4)}` }],
          remoteAccessSecurityGroupId: "",
        },
      ],
      scalingConfig: input.scalingConfig as OutputsOf<NodeGroup>["scalingConfig"],
      status: "ACTIVE",
      updateConfig: (input.updateConfig ?? { maxUnavailable: 1 }) as OutputsOf<NodeGroup>["updateConfig"],
      version,
    };
  },
  update: (input, current, world) => {
    const cluster = clusterOf(input.clusterName, world);
    checkTemplate(input, world);
    const version = input.version ?? current.state.version;
    checkChangeable(input, version, cluster.state.version);
    return { version };
  },
  remove: () => {},
});

/** What a group may change later and so is checked then too. */
function checkChangeable(input: Input, version: string, clusterVersion: string): void {
  const { minSize, desiredSize, maxSize } = input.scalingConfig;
  if (minSize > maxSize) invalid(`Minimum capacity ${minSize} can't be greater than maximum size ${maxSize}`);
  if (minSize > desiredSize) invalid(`Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`);
  if (desiredSize > maxSize) invalid(`desired capacity ${desiredSize} can't be greater than max size ${maxSize}`);
  if (minor(version) > minor(clusterVersion))
    invalid(`Nodegroup Kubernetes version ${version} can't be newer than the cluster's version ${clusterVersion}`);
  if (minor(version) < minor(clusterVersion) - 3)
    invalid(
      `Nodegroup Kubernetes version ${version} is more than three versions older than the cluster's version ${clusterVersion}`,
    );
  for (const [key, value] of Object.entries(input.labels ?? {})) {
    if (RESERVED_LABELS.some((prefix) => key.split("/")[0]?.endsWith(prefix.slice(0, -1)) && key.includes("/")))
      invalid(`Label cannot contain reserved prefixes [${RESERVED_LABELS.join(", ")}]`);
    if (!isQualifiedName(key) || !/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(value))
      invalid(`Label ${key}=${value} is not a valid Kubernetes label`);
  }
  const taints = input.taints ?? [];
  if (taints.length > 50) invalid("The number of taints cannot exceed 50");
  for (const { key, value = "" } of taints) {
    if (!isQualifiedName(key) || value.length > 63) invalid(`Taint ${key}=${value} is not a valid Kubernetes taint`);
  }
}

const minor = (version: string): number => Number(version.split(".")[1]);

/** A Kubernetes name with an optional DNS prefix, such as `novacron.io/pool`. */
function isQualifiedName(key: string): boolean {
  const [name = "", prefix, ...rest] = key.split("/").reverse();
  return (
    rest.length === 0 &&
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name) &&
    (prefix === undefined || (prefix.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(prefix)))
  );
}

/** Refuses a launch template that managed nodes cannot use; returns the instance types, whoever names them. */
function checkTemplate(input: Input, world: World): string[] {
  const named = input.instanceTypes ?? [];
  const { launchTemplate: reference } = input;
  if (reference === undefined) return named.length > 0 ? named : ["t3.medium"];
  const template = world.get(launchTemplate, reference.id ?? reference.name);
  if (template === undefined)
    return notPossible(
      `The specified launch template, with template ID ${reference.id ?? reference.name}, does not exist.`,
    );
  const { state } = template;
  const numbered = /^\d+$/.test(reference.version) ? Number(reference.version) : undefined;
  const exists =
    numbered === undefined
      ? ["$Latest", "$Default"].includes(reference.version)
      : numbered >= 1 && numbered <= state.latestVersion;
  if (!exists)
    invalid(
      `You must specify a valid launch template version. ${reference.version} is not one of template ${template.id}.`,
    );
  if (input.diskSize !== undefined) invalid("Disk size must be specified within the launch template.");
  if (state.instanceType !== undefined && named.length > 0)
    notPossible("Cannot specify instance types in launch template and API request");
  if (state.imageId !== undefined && input.amiType !== undefined && input.amiType !== "CUSTOM")
    notPossible("Cannot specify an AMI type and an image ID within the launch template.");
  if (state.imageId !== undefined && (input.version !== undefined || input.releaseVersion !== undefined))
    notPossible(
      "You cannot specify the field releaseVersion or kubernetesVersion with launch template ID that includes an image ID.",
    );
  if (state.iamInstanceProfile !== undefined)
    notPossible(
      `Launch template ${template.id} should not specify an instance profile. The noderole in your request will be used to construct an instance profile.`,
    );
  if (state.instanceMarketOptions !== undefined)
    notPossible(`Launch template ${template.id} should not specify Spot Instances. Use capacityType instead.`);
  if (state.instanceInitiatedShutdownBehavior !== undefined || state.hibernationOptions?.configured === true)
    notPossible(`Launch template ${template.id} should not specify shutdown behavior or hibernation.`);
  if ((state.networkInterfaces ?? []).some(({ subnetId }) => subnetId !== undefined))
    notPossible(`Launch template ${template.id} should not specify subnets in its network interfaces.`);
  for (const { ebs } of state.blockDeviceMappings ?? []) {
    if (ebs?.kmsKeyId !== undefined && world.get(kmsKey, ebs.kmsKeyId) === undefined)
      refuse(
        "AsgInstanceLaunchFailures",
        `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state: ${ebs.kmsKeyId}`,
      );
  }
  if (named.length > 0) return named;
  return [state.instanceType ?? "t3.medium"];
}

function checkMachines(instanceTypes: string[], amiType: string | undefined): void {
  if (instanceTypes.length > 20) invalid("The number of instance types cannot exceed 20");
  const unknown = instanceTypes.filter((type) => !isInstanceType(type));
  if (unknown.length > 0) invalid(`The following supplied instance types do not exist: [${unknown.join(", ")}]`);
  const arm = amiType?.includes("ARM_64") ?? false;
  const wrong = amiType === "CUSTOM" ? [] : instanceTypes.filter((type) => (architectureOf(type) === "arm64") !== arm);
  if (wrong.length > 0)
    invalid(
      `[${wrong.join(", ")}] is not a valid instance type for requested amiType ${amiType ?? "AL2023_x86_64_STANDARD"}`,
    );
}

function checkSubnets(subnetIds: string[], vpcId: string, world: World): void {
  if (subnetIds.length === 0) invalid("Subnets are required");
  for (const id of subnetIds) {
    const member =
      world.get(subnet, id) ??
      invalid(
        `The subnet ID '${id}' does not exist (Service: Ec2, Status Code: 400, Error Code: InvalidSubnetID.NotFound)`,
      );
    if (member.state.vpcId !== vpcId) invalid(`Subnet ${id} is not in the cluster's VPC ${vpcId}`);
    const table = effectiveTable(id, world);
    const open = table !== undefined && routesOf(table, world).some(({ gatewayId }) => gatewayId?.startsWith("igw-"));
    if (open && member.state.mapPublicIpOnLaunch !== true)
      refuse(
        "Ec2SubnetInvalidConfiguration",
        `One or more Amazon EC2 Subnets of [${id}] for node group does not automatically assign public IP addresses to instances launched into it. If you want your instances to be assigned a public IP address, then you need to enable auto-assign public IP address for the subnet.`,
      );
    if (!canJoin(id, vpcId, world))
      refuse(
        "NodeCreationFailure",
        `Instances failed to join the kubernetes cluster: subnet ${id} has no route to the internet and its VPC lacks endpoints for ${ENDPOINTS_TO_JOIN.join(", ")}`,
      );
  }
}

/** Whether an instance in a subnet reaches the APIs that it needs to become a node. */
function canJoin(subnetId: string, vpcId: string, world: World): boolean {
  const table = effectiveTable(subnetId, world);
  if (table !== undefined && routesOf(table, world).some(({ destination }) => destination === "0.0.0.0/0")) return true;
  const services = world
    .all(vpcEndpoint)
    .flatMap(({ state }) => (state.vpcId === vpcId ? (state.serviceName ?? []) : []));
  return ENDPOINTS_TO_JOIN.every((service) => services.some((name) => name.endsWith(`.${service}`)));
}
