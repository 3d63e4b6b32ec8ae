import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  jsonStringify,
  type Output,
} from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { named } from "./names.ts";

export interface StorageArgs {
  plan: AwsRegionPlan;
  /** ARN of the KMS key for stored data. */
  keyArn: Input<string>;
}

/** The region's bucket for test artefacts and models: versioned, encrypted, never public, read and written over TLS 1.3 only. */
export class Storage extends ComponentResource {
  readonly bucketName: Output<string>;

  constructor(name: string, { plan, keyArn }: StorageArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:Storage", name, {}, opts);
    const region = plan.location;
    const child = { parent: this };

    const bucket = new Bucket(
      name,
      // What the test environment wrote may go with it; what production wrote must be emptied by hand first.
      { region, forceDestroy: !plan.protect, tags: named(plan, name) },
      { parent: this },
    );
    const closed = new BucketPublicAccessBlock(
      name,
      {
        region,
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new BucketOwnershipControls(
      name,
      { region, bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { parent: this, dependsOn: closed },
    );
    new BucketVersioning(
      name,
      { region, bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new BucketServerSideEncryptionConfiguration(
      name,
      {
        region,
        bucket: bucket.bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
            // One KMS request for many objects instead of one for each.
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    );
    new BucketPolicy(
      name,
      {
        region,
        bucket: bucket.bucket,
        policy: jsonStringify({
          Version: "2012-10-17",
          Statement: [
            refuseWhen("PlainHttp", bucket.arn, { Bool: { "aws:SecureTransport": "false" } }),
            refuseWhen("OldTls", bucket.arn, { NumericLessThan: { "s3:TlsVersion": "1.3" } }),
          ],
        }),
      },
      { parent: this, dependsOn: closed },
    );
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

const refuseWhen = (sid: string, arn: Output<string>, condition: object) => ({
  Sid: sid,
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [arn, interpolate`${arn}/*`],
  Condition: condition,
});
