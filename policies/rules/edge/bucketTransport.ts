import { companionRule } from "../../companion.ts";

export default companionRule({
  id: "TLS-008",
  title: "Every S3 bucket has a policy, which is where TLS is asked for",
  severity: "high",
  why: "A bucket without one takes plain HTTP, and TLS-007 has nothing to look at.",
  fix: "Add a BucketPolicy for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketPolicy:BucketPolicy",
  through: "bucket",
});
