import { companionRule } from "../../companion.ts";

export default companionRule({
  id: "STO-005",
  title: "Every S3 bucket says whether it keeps versions",
  severity: "high",
  why: "On AWS versions are a resource of their own; a bucket without it keeps none, and STO-004 has nothing to look at.",
  fix: "Add a BucketVersioning for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketVersioning:BucketVersioning",
  through: "bucket",
});
