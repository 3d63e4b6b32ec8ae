import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import type { AwsRegionPlan, NodePoolPlan } from "../plan/topology.ts";
import type { ServiceRole } from "./identity.ts";
import { named } from "./names.ts";

export interface NodeGroupsArgs {
  plan: AwsRegionPlan;
  clusterName: Input<string>;
  subnetIds: Input<string[]>;
  role: ServiceRole;
  /** ARN of the KMS key for volumes. */
  keyArn: Input<string>;
  /** What must be ready before the first node: the add-ons without which it would not become ready. */
  after: Resource[];
}

/**
 * The region's managed node groups, each over all zones. Nodes take the cluster's own security group; a pod cannot reach the
 * node's credentials, since metadata answers one hop only and only to tokens (IMDSv2).
 */
export class NodeGroups extends ComponentResource {
  /** Names of the node groups, in the order of the plan's pools. */
  readonly nodeGroupNames: Output<string[]>;

  constructor(name: string, args: NodeGroupsArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:NodeGroups", name, {}, opts);
    const { plan, clusterName, subnetIds, role, keyArn, after } = args;
    const region = plan.location;

    const groups = plan.nodePools.map((pool) => {
      const poolName = `${name}-${pool.name}`;
      const template = new LaunchTemplate(
        poolName,
        {
          region,
          description: `Nodes of the ${pool.name} pool`,
          updateDefaultVersion: true,
          metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
          blockDeviceMappings: [
            {
              // The root device of Amazon Linux 2023.
              deviceName: "/dev/xvda",
              ebs: {
                volumeType: "gp3",
                volumeSize: pool.diskGiB,
                encrypted: "true",
                kmsKeyId: keyArn,
                deleteOnTermination: "true",
              },
            },
          ],
          tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
            resourceType,
            tags: named(plan, poolName),
          })),
          tags: named(plan, poolName),
        },
        { parent: this },
      );
      return new NodeGroup(
        poolName,
        {
          region,
          clusterName,
          nodeRoleArn: role.role.arn,
          subnetIds,
          amiType: amiType(pool.machineType),
          instanceTypes: [pool.machineType],
          capacityType: "ON_DEMAND",
          launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
          scalingConfig: { minSize: pool.minSize, desiredSize: pool.minSize, maxSize: pool.maxSize },
          updateConfig: { maxUnavailable: 1 },
          nodeRepairConfig: { enabled: true },
          labels: pool.labels,
          taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: TAINT_EFFECTS[effect] })),
          tags: named(plan, poolName),
        },
        // The autoscaler moves the desired size between updates.
        { parent: this, dependsOn: [...after, ...role.attachments], ignoreChanges: ["scalingConfig.desiredSize"] },
      );
    });
    this.nodeGroupNames = output(groups.map((group) => group.nodeGroupName));
    this.registerOutputs({ nodeGroupNames: this.nodeGroupNames });
  }
}

const TAINT_EFFECTS = { NoSchedule: "NO_SCHEDULE" } as const satisfies Record<
  NodePoolPlan["taints"][number]["effect"],
  string
>;

/** The Amazon Linux 2023 image for a machine type: NVIDIA's driver for `g` and `p` families, Arm for Graviton (`m7g`, `c6gn`), else x86. */
export function amiType(machineType: string): string {
  const family = machineType.split(".")[0] ?? machineType;
  const graviton = /^[a-z]+\d+g/.test(family);
  if (/^(g|p)\d/.test(family)) return graviton ? "AL2023_ARM_64_NVIDIA" : "AL2023_x86_64_NVIDIA";
  return graviton || family === "a1" ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}
