import { companionRule } from "../../companion.ts";
import { cis } from "../../sources/benchmarks.ts";

export default companionRule({
  id: "TLS-008",
  title: "Every S3 bucket has a policy, which is where TLS is asked for",
  severity: "high",
  why: "A bucket without one takes plain HTTP, and TLS-007 has nothing to look at.",
  sources: [cis.aws("2.1.1", "buckets' policies refuse plain HTTP")],
  fix: "Add a BucketPolicy for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketPolicy:BucketPolicy",
  through: "bucket",
});
