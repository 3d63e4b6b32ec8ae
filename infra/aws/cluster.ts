import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Cluster as EksCluster } from "@pulumi/aws/eks/cluster.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import { all, ComponentResource, type ComponentResourceOptions, type Input, type Output, secret } from "@pulumi/pulumi";
import { clusterProvider } from "../clusterProvider.ts";
import { execKubeconfig } from "../kubeconfig.ts";
import type { AwsRegionPlan } from "../plan/topology.ts";
import type { RegionCluster } from "../region.ts";
import type { Identity } from "./identity.ts";
import type { Keys } from "./keys.ts";
import { encryptedLogGroup } from "./logs.ts";
import { fullName, named } from "./names.ts";
import type { Network } from "./network.ts";

export interface ClusterArgs {
  plan: AwsRegionPlan;
  network: Network;
  identity: Identity;
  keys: Keys;
}

/**
 * The region's EKS control plane. Its API is private; listed operator ranges reach it from outside only where `access` says
 * so. Callers are known by access entries alone, and the operators' role is the only entry: whoever creates the cluster gets
 * no standing administration.
 */
export class Cluster extends ComponentResource implements RegionCluster {
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  readonly kubeconfig: Output<string>;
  readonly oidcIssuer: Output<string>;
  readonly provider: KubernetesProvider;
  /** Made by EKS; on the control plane's interfaces and, by default, on every node. */
  readonly securityGroupId: Output<string>;

  constructor(name: string, { plan, network, identity, keys }: ClusterArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Cluster", name, {}, opts);
    const region = plan.location;
    const clusterName = fullName(plan);
    const child = { parent: this };

    // EKS would make the group itself, without encryption or an end to its retention.
    const logs = encryptedLogGroup(
      `${name}-logs`,
      { plan, logGroupName: `/aws/eks/${clusterName}/cluster`, keyArn: keys.logs },
      this,
    );
    const cluster = new EksCluster(
      name,
      {
        region,
        name: clusterName,
        version: plan.kubernetesVersion,
        roleArn: identity.cluster.role.arn,
        vpcConfig: {
          subnetIds: network.intraSubnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: "operatorCidrs" in plan.access,
          ...("operatorCidrs" in plan.access && { publicAccessCidrs: plan.access.operatorCidrs }),
        },
        kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: plan.addresses.services },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
        encryptionConfig: { provider: { keyArn: keys.cluster }, resources: ["secrets"] },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        // The add-ons come as EKS add-ons, in an order of our own.
        bootstrapSelfManagedAddons: false,
        deletionProtection: plan.protect,
        tags: named(plan, clusterName),
      },
      { parent: this, dependsOn: [logs, ...identity.cluster.attachments] },
    );

    const entry = new AccessEntry(
      `${name}-operators`,
      { region, clusterName: cluster.name, principalArn: identity.operators.arn, type: "STANDARD", tags: plan.tags },
      child,
    );
    const administration = new AccessPolicyAssociation(
      `${name}-operators`,
      {
        region,
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      },
      child,
    );

    this.securityGroupId = cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId ?? "");
    if ("via" in plan.access) {
      new SecurityGroupIngressRule(
        `${name}-${plan.access.via}`,
        {
          region,
          securityGroupId: this.securityGroupId,
          description: `Kubernetes API from the VPC, for the ${plan.access.via}`,
          cidrIpv4: plan.addresses.network,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          tags: plan.tags,
        },
        child,
      );
    }

    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.oidcIssuer = cluster.identities.apply((identities) => identities[0]?.oidcs?.[0]?.issuer ?? "");
    this.kubeconfig = kubeconfig({
      clusterName,
      region,
      roleArn: identity.operators.arn,
      endpoint: cluster.endpoint,
      authority: cluster.certificateAuthority.apply(({ data }) => data ?? ""),
    });
    this.provider = clusterProvider(
      name,
      { kubeconfig: this.kubeconfig, clusterIdentifier: clusterName },
      { parent: this, dependsOn: administration },
    );
    this.registerOutputs({
      clusterName: this.clusterName,
      endpoint: this.endpoint,
      kubeconfig: this.kubeconfig,
      oidcIssuer: this.oidcIssuer,
      provider: this.provider,
      securityGroupId: this.securityGroupId,
    });
  }
}

/** A kubeconfig that holds no token: each call assumes the operators' role afresh. */
const kubeconfig = (of: {
  clusterName: string;
  region: string;
  roleArn: Input<string>;
  endpoint: Input<string>;
  authority: Input<string>;
}): Output<string> =>
  secret(
    all([of.endpoint, of.authority, of.roleArn]).apply(([server, certificateAuthority, roleArn]) =>
      execKubeconfig(
        { context: of.clusterName, server, certificateAuthority },
        {
          command: "aws",
          args: [
            ...["--region", of.region, "eks", "get-token"],
            ...["--cluster-name", of.clusterName, "--role-arn", roleArn, "--output", "json"],
          ],
          installHint: "Install the AWS CLI, version 2",
        },
      ),
    ),
  );
