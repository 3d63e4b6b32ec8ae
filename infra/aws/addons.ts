import { Addon } from "@pulumi/aws/eks/addon.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { podRole } from "./identity.ts";

export interface AddonsArgs {
  plan: AwsRegionPlan;
  clusterName: Input<string>;
  addons: AddonPlan[];
  /** What must be ready before: for add-ons that run as pods, the nodes. */
  after?: Resource[];
}

export interface AddonPlan {
  name: string;
  /** Identity of the add-on's pods: their service account and the AWS managed policy that they need. */
  pods?: { serviceAccount: string; managedPolicy: string };
  /** The add-on's own configuration. */
  configuration?: object;
}

/**
 * Before the first node: without a network add-on nodes never become ready, and without the Pod Identity agent the network
 * add-on gets no credentials.
 */
export const NODE_ADDONS: AddonPlan[] = [
  { name: "kube-proxy" },
  { name: "eks-pod-identity-agent" },
  {
    name: "vpc-cni",
    pods: { serviceAccount: "aws-node", managedPolicy: "AmazonEKS_CNI_Policy" },
    // Prefixes raise the pods that a node can hold from 29 to 110 on the smallest machine type in use.
    configuration: { enableNetworkPolicy: "true", env: { ENABLE_PREFIX_DELEGATION: "true" } },
  },
];

/** After the nodes: these run as pods and would stay degraded until there is a node. */
export const POD_ADDONS: AddonPlan[] = [
  { name: "coredns" },
  {
    name: "aws-ebs-csi-driver",
    pods: { serviceAccount: "ebs-csi-controller-sa", managedPolicy: "service-role/AmazonEBSCSIDriverPolicy" },
  },
];

/** A set of EKS add-ons, in the versions that EKS recommends for the cluster's Kubernetes. */
export class Addons extends ComponentResource {
  /** Installed version by add-on. */
  readonly versions: Output<Record<string, string>>;

  constructor(name: string, { plan, clusterName, addons, after = [] }: AddonsArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Addons", name, {}, opts);
    const made = addons.map(({ name: addonName, pods, configuration }) => {
      const identity =
        pods &&
        podRole(
          `${name}-${addonName}`,
          { plan, description: `Pods of the ${addonName} add-on`, managedPolicies: [pods.managedPolicy] },
          this,
        );
      return new Addon(
        `${name}-${addonName}`,
        {
          region: plan.location,
          clusterName,
          addonName,
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
          ...(configuration && { configurationValues: JSON.stringify(configuration) }),
          ...(pods &&
            identity && {
              podIdentityAssociations: [{ roleArn: identity.role.arn, serviceAccount: pods.serviceAccount }],
            }),
          tags: plan.tags,
        },
        { parent: this, dependsOn: [...after, ...(identity?.attachments ?? [])] },
      );
    });
    this.versions = output(made.map((addon) => ({ name: addon.addonName, version: addon.addonVersion }))).apply((all) =>
      Object.fromEntries(all.map((addon) => [addon.name, addon.version])),
    );
    this.registerOutputs({ versions: this.versions });
  }
}
