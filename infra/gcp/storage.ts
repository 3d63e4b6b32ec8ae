import { Bucket } from "@pulumi/gcp/storage/bucket.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";

/** The region's bucket for models and test artefacts: private, versioned, under our own key. */
export class GcpArtifacts extends ComponentResource {
  /** Name of the bucket, unique in all of Google Cloud. */
  readonly bucket: Output<string>;

  constructor(name: string, args: { plan: GcpRegionPlan; key: Output<string> }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Artifacts", name, {}, opts);
    const { plan } = args;
    const bucket = new Bucket(
      name,
      {
        // The API answers in capitals.
        location: plan.location.toUpperCase(),
        storageClass: "STANDARD",
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        encryption: { defaultKmsKeyName: args.key },
        // Seven days in which a deleted object comes back, the least that is not none.
        softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 3600 },
        lifecycleRules: [
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90, withState: "ARCHIVED" } },
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        ],
        // A bucket that is not protected may go with what is in it.
        forceDestroy: !plan.protect,
        labels: plan.tags,
      },
      { parent: this },
    );
    this.bucket = bucket.name;
    this.registerOutputs({ bucket: this.bucket });
  }
}
