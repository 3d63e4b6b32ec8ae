import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import type { Provider } from "@pulumi/kubernetes/provider.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import { CHARTS } from "../../k8s/charts.ts";
import { release } from "../../k8s/platform/release.ts";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { type Permission, podRole } from "./identity.ts";

/** Namespace of what belongs to the cluster itself. */
const NAMESPACE = "kube-system";

/** Of the chart's Deployment and service account. */
const NAME = "aws-load-balancer-controller";

export interface LoadBalancerControllerArgs {
  plan: AwsRegionPlan;
  clusterName: Output<string>;
  vpcId: Input<string>;
  /** Of the cluster. */
  provider: Provider;
  /** What must be ready before: nodes, and the add-ons that give its pods their identity. */
  after: Resource[];
}

/** What we set of the chart's values. */
export interface LoadBalancerControllerValues {
  clusterName: Input<string>;
  region: string;
  vpcId: Input<string>;
  replicaCount: number;
  serviceAccount: { create: true; name: string };
  enableServiceMutatorWebhook: false;
  enableShield: false;
  enableWaf: false;
  enableWafv2: false;
  createIngressClassResource: false;
  ingressClassParams: { create: false };
  controllerConfig: { featureGates: { NLBSecurityGroup: false } };
  podDisruptionBudget: { maxUnavailable: number };
  resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
}

/**
 * The chart's values: network load balancers for Services that ask for them by `aws-load-balancer-type: external`, and
 * nothing else. Every other Service stays with the cloud controller that EKS brings.
 */
export const loadBalancerControllerValues = (
  cluster: Pick<LoadBalancerControllerValues, "clusterName" | "region" | "vpcId">,
): LoadBalancerControllerValues => ({
  // Given, since the machines' metadata, where it would look, is closed to pods.
  ...cluster,
  replicaCount: 2,
  serviceAccount: { create: true, name: NAME },
  enableServiceMutatorWebhook: false,
  enableShield: false,
  enableWaf: false,
  enableWafv2: false,
  createIngressClassResource: false,
  ingressClassParams: { create: false },
  // Callers keep their addresses up to the nodes, whose security group names the peers' ranges, one rule each.
  controllerConfig: { featureGates: { NLBSecurityGroup: false } },
  podDisruptionBudget: { maxUnavailable: 1 },
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "128Mi" } },
});

/**
 * The AWS Load Balancer Controller. EKS's own cloud controller cannot give a load balancer chosen private addresses; this one
 * can (`aws-load-balancer-private-ipv4-addresses`, "Service annotations" of its guide).
 */
export class LoadBalancerController extends ComponentResource {
  /**
   * Value of `aws-load-balancer-type` that hands a Service to this controller. Known once the controller runs, so that such
   * a Service is made after it and, as it alone can take the load balancer down, deleted before it.
   */
  readonly serviceType: Output<string>;

  constructor(name: string, args: LoadBalancerControllerArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:LoadBalancerController", name, {}, opts);
    const { plan, clusterName, vpcId, provider, after } = args;
    const region = plan.location;
    const identity = podRole(
      `${name}-role`,
      { plan, description: `AWS Load Balancer Controller of ${plan.name}`, allow: permissions(plan, clusterName) },
      this,
    );
    const association = new PodIdentityAssociation(
      `${name}-identity`,
      { region, clusterName, namespace: NAMESPACE, serviceAccount: NAME, roleArn: identity.role.arn, tags: plan.tags },
      { parent: this, dependsOn: identity.attachments },
    );
    const installed = release(
      `${name}-release`,
      {
        chart: CHARTS.awsLoadBalancerController,
        namespace: NAMESPACE,
        values: loadBalancerControllerValues({ clusterName, region, vpcId }),
      },
      { parent: this, provider, dependsOn: [association, ...after] },
    );
    this.serviceType = installed.name.apply(() => "external");
    this.registerOutputs({ serviceType: this.serviceType });
  }
}

/** What it may do: look around, and change load balancers that carry the cluster's tag, and the nodes' security group. */
function permissions(plan: AwsRegionPlan, clusterName: Input<string>): Permission[] {
  const here = `${plan.location}:${plan.account.accountId}`;
  const balancing = (...actions: string[]): string[] => actions.map((action) => `elasticloadbalancing:${action}`);
  const made = ["loadbalancer/net/*", "targetgroup/*", "listener/net/*"].map(
    (resource) => `arn:aws:elasticloadbalancing:${here}:${resource}`,
  );
  const tagged = { StringEquals: { "aws:ResourceTag/elbv2.k8s.aws/cluster": clusterName } };
  return [
    {
      actions: [
        ...["AccountAttributes", "Addresses", "AvailabilityZones", "Instances", "InternetGateways"],
        ...["NetworkInterfaces", "RouteTables", "SecurityGroups", "Subnets", "Tags", "Vpcs"],
      ].map((what) => `ec2:Describe${what}`),
      resources: ["*"],
    },
    {
      actions: balancing(
        ...["LoadBalancers", "LoadBalancerAttributes", "Listeners", "ListenerAttributes", "Rules", "Tags"].map(
          (what) => `Describe${what}`,
        ),
        ...["TargetGroups", "TargetGroupAttributes", "TargetHealth"].map((what) => `Describe${what}`),
      ),
      resources: ["*"],
    },
    {
      actions: balancing("CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "AddTags"),
      resources: made,
      condition: { StringEquals: { "aws:RequestTag/elbv2.k8s.aws/cluster": clusterName } },
    },
    {
      actions: balancing(
        ...["CreateListener", "AddTags", "RemoveTags", "SetSubnets", "RegisterTargets", "DeregisterTargets"],
        ...["ModifyLoadBalancerAttributes", "ModifyListener", "ModifyTargetGroup", "ModifyTargetGroupAttributes"],
        ...["DeleteLoadBalancer", "DeleteListener", "DeleteTargetGroup"],
      ),
      resources: made,
      condition: tagged,
    },
    {
      actions: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
      resources: [`arn:aws:ec2:${here}:security-group/*`],
      condition: { StringEquals: { "aws:ResourceTag/aws:eks:cluster-name": clusterName } },
    },
    {
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [
        `arn:aws:iam::${plan.account.accountId}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
      ],
      condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
  ];
}
