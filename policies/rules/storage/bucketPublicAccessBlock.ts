import { companionRule } from "../../companion.ts";

export default companionRule({
  id: "STO-003",
  title: "Every S3 bucket has a public access block of its own",
  severity: "critical",
  why: "AWS keeps it in a resource beside the bucket; without one, a later policy or ACL can open the bucket unnoticed.",
  fix: "Add a BucketPublicAccessBlock for the bucket with all four settings true.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  through: "bucket",
});
