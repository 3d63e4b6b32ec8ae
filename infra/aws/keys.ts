import { Key } from "@pulumi/aws/kms/key.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Output,
} from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { fullName, named } from "./names.ts";

export interface KeysArgs {
  plan: AwsRegionPlan;
  /** ARN of the EKS control plane's role. */
  clusterRoleArn: Input<string>;
}

/**
 * The region's KMS keys, one for each kind of reader: a leaked permission on one opens nothing of the others. All rotate
 * every year. USD 1 each a month.
 */
export class Keys extends ComponentResource {
  /** Kubernetes secrets in etcd and the nodes' volumes. */
  readonly cluster: Output<string>;
  /** Artifact bucket and secret store. */
  readonly data: Output<string>;
  /** CloudWatch log groups. */
  readonly logs: Output<string>;

  constructor(name: string, { plan, clusterRoleArn }: KeysArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Keys", name, {}, opts);
    const { accountId } = plan.account;
    const account = { AWS: `arn:aws:iam::${accountId}:root` };
    const via = (...services: string[]) => services.map((service) => `${service}.${plan.location}.amazonaws.com`);

    const key = (purpose: string, use: object[]): Output<string> =>
      new Key(
        `${name}-${purpose}`,
        {
          region: plan.location,
          description: `${fullName(plan)}: ${purpose}`,
          enableKeyRotation: true,
          deletionWindowInDays: plan.protect ? 30 : 7,
          policy: jsonStringify({
            Version: "2012-10-17",
            Statement: [
              // Administration without use: who may change the key cannot thereby read what it protects.
              { Sid: "Administer", Effect: "Allow", Principal: account, Action: ADMINISTRATION, Resource: "*" },
              ...use.map((statement) => ({ Effect: "Allow", Resource: "*", ...statement })),
            ],
          }),
          tags: named(plan, `${name}-${purpose}`),
        },
        { parent: this },
      ).arn;

    this.cluster = key("cluster", [
      { Sid: "ControlPlane", Principal: { AWS: clusterRoleArn }, Action: ["kms:Encrypt", "kms:Decrypt"] },
      // EKS makes its grant in the name of whoever creates the cluster.
      { Sid: "Grants", Principal: account, Action: "kms:CreateGrant", Condition: FOR_AWS_SERVICES },
      // Node volumes are made by the Auto Scaling service-linked role, which a new account lacks until its first node group:
      // naming it would make KMS refuse the policy. This is how the policy of the AWS managed EBS key reads.
      {
        Sid: "Volumes",
        Principal: { AWS: "*" },
        Action: [...USE, "kms:CreateGrant"],
        Condition: { StringEquals: { "kms:CallerAccount": accountId, "kms:ViaService": via("ec2") } },
      },
    ]);
    this.data = key("data", [
      {
        Sid: "ThroughServices",
        Principal: account,
        Action: USE,
        Condition: { StringEquals: { "kms:ViaService": via("s3", "secretsmanager") } },
      },
    ]);
    this.logs = key("logs", [
      {
        Sid: "Logs",
        Principal: { Service: `logs.${plan.location}.amazonaws.com` },
        Action: USE,
        Condition: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${plan.location}:${accountId}:log-group:*` },
        },
      },
    ]);
    this.registerOutputs({ cluster: this.cluster, data: this.data, logs: this.logs });
  }
}

const USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
];

const FOR_AWS_SERVICES = { Bool: { "kms:GrantIsForAWSResource": true } };
