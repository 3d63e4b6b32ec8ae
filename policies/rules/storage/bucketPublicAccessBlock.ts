import { companionRule } from "../../companion.ts";
import { cis } from "../../sources/benchmarks.ts";
import { aws } from "../../sources/clouds.ts";

export default companionRule({
  id: "STO-003",
  title: "Every S3 bucket has a public access block of its own",
  severity: "critical",
  why: "AWS keeps it in a resource beside the bucket; without one, a later policy or ACL can open the bucket unnoticed.",
  sources: [
    aws(
      "AmazonS3/latest/userguide/access-control-block-public-access.html",
      "the block is a setting beside the bucket",
    ),
    cis.aws("2.1.4", "buckets block public access"),
  ],
  fix: "Add a BucketPublicAccessBlock for the bucket with all four settings true.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  through: "bucket",
});
