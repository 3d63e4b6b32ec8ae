import type { Addon, AddonArgs } from "@pulumi/aws/eks/addon.js";
import type { Unwrap } from "@pulumi/pulumi";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { eks } from "./api.ts";
import { clusterOf } from "./eksCluster.ts";
import { eksNodeGroup } from "./eksNodeGroup.ts";
import { demandPodRole, roleOfArn } from "./eksRole.ts";
import { arn, awsService, oneOf } from "./resource.ts";

interface Offer {
  /** Version that EKS recommends. `{minor}` stands for the cluster's own. */
  version: string;
  /** Whether its pods need nodes: a daemon set is fine with none, a deployment stays degraded. */
  needsNodes: boolean;
  /** Service accounts that may have a Pod Identity. None: the add-on does not offer it. */
  accounts?: string[];
}

const ADDONS: Record<string, Offer> = {
  "vpc-cni": { version: "v1.20.4-eksbuild.1", needsNodes: false, accounts: ["aws-node"] },
  "kube-proxy": { version: "v1.{minor}.0-eksbuild.2", needsNodes: false },
  "eks-pod-identity-agent": { version: "v1.3.9-eksbuild.3", needsNodes: false },
  "eks-node-monitoring-agent": { version: "v1.4.1-eksbuild.1", needsNodes: false },
  coredns: { version: "v1.12.4-eksbuild.1", needsNodes: true },
  "aws-ebs-csi-driver": { version: "v1.51.0-eksbuild.1", needsNodes: true, accounts: ["ebs-csi-controller-sa"] },
  "aws-efs-csi-driver": {
    version: "v2.1.13-eksbuild.1",
    needsNodes: true,
    accounts: ["efs-csi-controller-sa", "efs-csi-node-sa"],
  },
  "aws-mountpoint-s3-csi-driver": { version: "v2.1.0-eksbuild.1", needsNodes: false, accounts: ["s3-csi-driver-sa"] },
  "snapshot-controller": { version: "v8.3.0-eksbuild.1", needsNodes: true },
  adot: {
    version: "v0.131.0-eksbuild.1",
    needsNodes: true,
    accounts: ["adot-col-prom-metrics", "adot-col-otlp-ingest", "adot-col-container-logs"],
  },
  "amazon-cloudwatch-observability": { version: "v4.6.0-eksbuild.1", needsNodes: true, accounts: ["cloudwatch-agent"] },
  "aws-guardduty-agent": { version: "v1.12.1-eksbuild.2", needsNodes: false },
  "metrics-server": { version: "v0.8.0-eksbuild.2", needsNodes: true },
  "cert-manager": { version: "v1.19.1-eksbuild.1", needsNodes: true },
  "external-dns": { version: "v0.19.0-eksbuild.3", needsNodes: true, accounts: ["external-dns"] },
  "kube-state-metrics": { version: "v2.17.0-eksbuild.1", needsNodes: true },
  "prometheus-node-exporter": { version: "v1.10.2-eksbuild.1", needsNodes: false },
};

type Input = Unwrap<AddonArgs>;

const invalid = (message: string) => refuse("InvalidParameterException", message);

export const eksAddon = awsService<AddonArgs, Addon>("aws:eks/addon:Addon", {
  api: eks("Add-On", { create: "CreateAddon", update: "UpdateAddon", remove: "DeleteAddon" }),
  replaceOn: ["addonName", "clusterName", "namespaceConfig"],
  references: ({ arn }) => [arn],
  seconds: { create: 60, update: 60, remove: 30 },
  check: (input) => [
    ...oneOf("resolveConflictsOnCreate", input.resolveConflictsOnCreate, ["NONE", "OVERWRITE"]),
    ...oneOf("resolveConflictsOnUpdate", input.resolveConflictsOnUpdate, ["NONE", "OVERWRITE", "PRESERVE"]),
    ...(input.addonVersion === undefined || /^v\d+\.\d+\.\d+-eksbuild\.\d+$/.test(input.addonVersion)
      ? []
      : ([
          [
            "addonVersion",
            `"${input.addonVersion}" must be of the form v1.2.3-eksbuild.4 (InvalidParameterException: Addon version specified is not supported)`,
          ],
        ] as [string, string][])),
  ],
  create: (input, world) => {
    const cluster = clusterOf(input.clusterName, world);
    const offer = ADDONS[input.addonName];
    if (offer === undefined)
      return invalid(
        `Addon ${input.addonName} specified is not supported in ${cluster.state.version} kubernetes version`,
      );
    const installed = world
      .all(eksAddon)
      .some(
        ({ state, region }) =>
          region === world.region && state.clusterName === cluster.id && state.addonName === input.addonName,
      );
    if (installed) refuse("ResourceInUseException", "Addon already exists.");
    const addonVersion =
      input.addonVersion ?? offer.version.replace("{minor}", cluster.state.version.split(".")[1] ?? "");
    checkSettings(input, offer, addonVersion, world);
    const hasNodes = world
      .all(eksNodeGroup)
      .some(
        ({ state, region }) =>
          region === world.region && state.clusterName === cluster.id && state.scalingConfig.desiredSize > 0,
      );
    if (offer.needsNodes && !hasNodes)
      refuse(
        "InsufficientNumberOfReplicas",
        "The add-on is unhealthy because it doesn't have the desired number of replicas.",
      );
    const now = world.now();
    return {
      id: `${cluster.id}:${input.addonName}`,
      arn: arn(
        world,
        "eks",
        `addon/${cluster.id}/${input.addonName}/${[8, 4, 4, 4, 12].map((digits) => world.hex(digits)).join("-")}`,
      ),
      addonVersion,
      configurationValues: input.configurationValues ?? "",
      createdAt: now,
      modifiedAt: now,
      namespaceConfig: { namespace: input.namespaceConfig?.namespace ?? "kube-system" },
    };
  },
  update: (input, current, world) => {
    const offer = ADDONS[input.addonName] ?? { version: "", needsNodes: false };
    checkSettings(input, offer, input.addonVersion ?? current.state.addonVersion, world);
    return { modifiedAt: world.now() };
  },
  remove: () => {},
});

function checkSettings(input: Input, offer: Offer, version: string, world: World): void {
  if (input.configurationValues !== undefined && input.configurationValues !== "") {
    const values = parse(input.configurationValues);
    if (typeof values !== "object" || values === null || Array.isArray(values))
      invalid(
        "ConfigurationValue provided in request is not supported: Json schema validation failed with error: [$: object expected]",
      );
  }
  if (input.serviceAccountRoleArn !== undefined) roleOfArn(input.serviceAccountRoleArn, world);
  for (const { roleArn, serviceAccount } of input.podIdentityAssociations ?? []) {
    if (offer.accounts === undefined) invalid(`Pod Identity feature is not supported for addon version: ${version}`);
    if (offer.accounts?.includes(serviceAccount) !== true)
      invalid(
        `Service account ${serviceAccount} in pod identity configuration is not supported for addon ${input.addonName}`,
      );
    demandPodRole(roleArn, world);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return invalid("ConfigurationValue provided in request is not in valid JSON format");
  }
}
