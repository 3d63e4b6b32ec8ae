import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output, output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { podRole } from "./identity.ts";
import { fullName, named } from "./names.ts";

export interface SecretsArgs {
  plan: AwsRegionPlan;
  clusterName: Input<string>;
  /** ARN of the KMS key for stored data. */
  keyArn: Input<string>;
}

/**
 * Where the region's workloads find their secrets. Only containers are made here: operators set the values out of band, so
 * that none is ever in the program or its state. External Secrets alone may read them, and only under the region's prefix.
 */
export class Secrets extends ComponentResource {
  /** Prefix of the names of the region's secrets, ending in `/`. */
  readonly prefix: Output<string>;

  constructor(name: string, { plan, clusterName, keyArn }: SecretsArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Secrets", name, {}, opts);
    const region = plan.location;
    const prefix = `${fullName(plan)}/`;

    new Secret(
      `${name}-federation`,
      {
        region,
        name: `${prefix}federation`,
        description: "Key that authenticates this region to the federation",
        kmsKeyId: keyArn,
        // A name stays taken through its recovery window; the test environment must be able to come back under it at once.
        recoveryWindowInDays: plan.protect ? 30 : 0,
        tags: named(plan, `${name}-federation`),
      },
      { parent: this },
    );
    const reader = podRole(
      `${name}-reader`,
      {
        plan,
        description: `External Secrets of ${fullName(plan)}`,
        allow: [
          {
            actions: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            resources: [`arn:aws:secretsmanager:${region}:${plan.account.accountId}:secret:${prefix}*`],
          },
          { actions: ["kms:Decrypt"], resources: [keyArn] },
        ],
      },
      this,
    );
    new PodIdentityAssociation(
      `${name}-reader`,
      {
        region,
        clusterName,
        namespace: "external-secrets",
        serviceAccount: "external-secrets",
        roleArn: reader.role.arn,
        tags: plan.tags,
      },
      { parent: this, dependsOn: reader.attachments },
    );
    this.prefix = output(prefix);
    this.registerOutputs({ prefix: this.prefix });
  }
}
