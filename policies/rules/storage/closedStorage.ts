import { rule } from "../../rule.ts";
import { type Demand, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

/** All four: each closes a way that the others leave open, for policies and for ACLs, new and old. */
const BLOCKED: Record<string, Demand> = {
  blockPublicAcls: exactly(true),
  blockPublicPolicy: exactly(true),
  ignorePublicAcls: exactly(true),
  restrictPublicBuckets: exactly(true),
};

export default rule({
  id: "STO-001",
  title: "Buckets and storage accounts cannot be made public",
  severity: "critical",
  why: "Test artefacts and models are state of production clusters; once public, a copy cannot be called back.",
  sources: [
    cis.aws("2.1.4", "buckets block public access"),
    cis.azure("9.3.8", "no anonymous access to blobs"),
    cis.googleCloud("5.1", "buckets are not public"),
  ],
  fix: "Set the cloud's switch that overrules every later grant.",
  ...settings({
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": BLOCKED,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BLOCKED,
    "azure-native:storage:StorageAccount": {
      allowBlobPublicAccess: exactly(false),
      publicNetworkAccess: exactly("Disabled", "SecuredByPerimeter"),
      "networkRuleSet.defaultAction": exactly("Deny"),
    },
    "gcp:storage/bucket:Bucket": {
      publicAccessPrevention: exactly("enforced"),
      uniformBucketLevelAccess: exactly(true),
    },
  }),
});
