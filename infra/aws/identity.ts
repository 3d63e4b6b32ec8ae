import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Output,
} from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { fullName } from "./names.ts";

/** What one kind of caller may do, and who may become it. */
export interface RoleArgs {
  plan: AwsRegionPlan;
  description: string;
  /** AWS service that assumes the role, such as `eks.amazonaws.com`. */
  service: string;
  /** Names of AWS managed policies, with their path: `service-role/AmazonEBSCSIDriverPolicy`. */
  managedPolicies?: string[];
  /** What the role may do on resources of ours. */
  allow?: Permission[];
}

/** Actions that are allowed on resources, under a condition of IAM's if there is one. */
export interface Permission {
  actions: string[];
  resources: Input<string>[];
  condition?: Record<string, Record<string, Input<string>>>;
}

/** A role and everything attached to it. Whatever uses the role must depend on `attachments`, or it may start without its permissions. */
export interface ServiceRole {
  role: Role;
  attachments: (RolePolicy | RolePolicyAttachment)[];
}

/** Pod Identity tags the session with cluster, namespace and service account, so its trust needs `TagSession`. */
const POD_IDENTITY = "pods.eks.amazonaws.com";

/** A role for an AWS service acting in this account only. */
export function serviceRole(name: string, args: RoleArgs, parent: ComponentResource): ServiceRole {
  const { plan, description, service } = args;
  const role = new Role(
    name,
    {
      description,
      assumeRolePolicy: trust(
        { Service: service },
        service === POD_IDENTITY ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"],
        // Else the service could be talked into using the role for another account.
        service === "ec2.amazonaws.com" || service === "eks.amazonaws.com"
          ? undefined
          : { StringEquals: { "aws:SourceAccount": plan.account.accountId } },
      ),
      tags: plan.tags,
    },
    { parent },
  );
  const managed = (args.managedPolicies ?? []).map(
    (policy) =>
      new RolePolicyAttachment(
        `${name}-${policy.replace("service-role/", "")}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        { parent },
      ),
  );
  const own =
    args.allow === undefined
      ? []
      : [new RolePolicy(`${name}-policy`, { role: role.id, policy: permissions(args.allow) }, { parent })];
  return { role, attachments: [...managed, ...own] };
}

/** A role that pods of one service account take on through EKS Pod Identity. */
export const podRole = (name: string, args: Omit<RoleArgs, "service">, parent: ComponentResource): ServiceRole =>
  serviceRole(name, { ...args, service: POD_IDENTITY }, parent);

export interface IdentityArgs {
  plan: AwsRegionPlan;
}

/**
 * The region's standing IAM roles. IAM is global: Pulumi names the roles after the region with random digits, so regions and
 * stacks that share an account do not collide.
 */
export class Identity extends ComponentResource {
  /** Assumed by the EKS control plane. */
  readonly cluster: ServiceRole;
  /** Assumed by the nodes. Holds no permission that a pod needs: pods have roles of their own. */
  readonly node: ServiceRole;
  /** Assumed by operators and pipelines; the only way into the cluster's API. */
  readonly operators: Role;

  constructor(name: string, { plan }: IdentityArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Identity", name, {}, opts);
    this.cluster = serviceRole(
      `${name}-cluster`,
      {
        plan,
        description: `EKS control plane of ${fullName(plan)}`,
        service: "eks.amazonaws.com",
        managedPolicies: ["AmazonEKSClusterPolicy"],
      },
      this,
    );
    this.node = serviceRole(
      `${name}-node`,
      {
        plan,
        description: `Nodes of ${fullName(plan)}`,
        service: "ec2.amazonaws.com",
        managedPolicies: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      },
      this,
    );
    this.operators = new Role(
      `${name}-operators`,
      {
        description: `Operators of ${fullName(plan)}`,
        // Names the account, not people: its administrators decide by IAM who may assume the role.
        assumeRolePolicy: trust({ AWS: `arn:aws:iam::${plan.account.accountId}:root` }, ["sts:AssumeRole"]),
        maxSessionDuration: 3600,
        tags: plan.tags,
      },
      { parent: this },
    );
    new RolePolicy(
      `${name}-operators-policy`,
      {
        role: this.operators.id,
        policy: permissions([
          {
            actions: ["eks:DescribeCluster"],
            resources: [`arn:aws:eks:${plan.location}:${plan.account.accountId}:cluster/${fullName(plan)}`],
          },
        ]),
      },
      { parent: this },
    );
    this.registerOutputs({ cluster: this.cluster, node: this.node, operators: this.operators });
  }
}

const trust = (principal: object, actions: string[], condition?: object): Output<string> =>
  jsonStringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: actions, ...(condition && { Condition: condition }) }],
  });

const permissions = (allow: Permission[]): Output<string> =>
  jsonStringify({
    Version: "2012-10-17",
    Statement: allow.map(({ actions, resources, condition }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(condition && { Condition: condition }),
    })),
  });
