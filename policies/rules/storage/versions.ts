import { rule } from "../../rule.ts";
import { atLeast, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { aws } from "../../sources/clouds.ts";

const WEEK = 7 * 24 * 3600;

export default rule({
  id: "STO-004",
  title: "What was overwritten or deleted can be brought back for a week",
  severity: "high",
  why: "Models and evidence are written by pipelines, and a pipeline's mistake is one delete away.",
  sources: [
    cis.azure("9.2.1", "blobs are deleted softly"),
    cis.azure("9.2.3", "blobs keep versions"),
    aws("AmazonS3/latest/userguide/Versioning.html", "versions bring back what was overwritten or deleted"),
  ],
  fix: "Switch versions on, and keep deleted objects for seven days or longer.",
  ...settings({
    "aws:s3/bucketVersioning:BucketVersioning": { "versioningConfiguration.status": exactly("Enabled") },
    "azure-native:storage:BlobServiceProperties": {
      isVersioningEnabled: exactly(true),
      "deleteRetentionPolicy.enabled": exactly(true),
      "deleteRetentionPolicy.days": atLeast(7, "days"),
      "containerDeleteRetentionPolicy.enabled": exactly(true),
    },
    "gcp:storage/bucket:Bucket": {
      "versioning.enabled": exactly(true),
      "softDeletePolicy.retentionDurationSeconds": atLeast(WEEK, "seconds"),
    },
  }),
});
