import { companionRule } from "../../companion.ts";
import { aws } from "../../sources/clouds.ts";

export default companionRule({
  id: "STO-005",
  title: "Every S3 bucket says whether it keeps versions",
  severity: "high",
  why: "On AWS versions are a resource of their own; a bucket without it keeps none, and STO-004 has nothing to look at.",
  sources: [aws("AmazonS3/latest/userguide/Versioning.html", "a bucket keeps no versions until it is told to")],
  fix: "Add a BucketVersioning for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketVersioning:BucketVersioning",
  through: "bucket",
});
