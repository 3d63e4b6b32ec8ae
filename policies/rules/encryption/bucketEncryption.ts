import { companionRule } from "../../companion.ts";

export default companionRule({
  id: "ENC-002",
  title: "Every S3 bucket has an encryption setting of its own",
  severity: "high",
  why: "AWS keeps it in a resource beside the bucket; without one, objects are encrypted with a key of Amazon's.",
  fix: "Add a BucketServerSideEncryptionConfiguration for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  through: "bucket",
});
