import { companionRule } from "../../companion.ts";
import { aws } from "../../sources/clouds.ts";

export default companionRule({
  id: "ENC-002",
  title: "Every S3 bucket has an encryption setting of its own",
  severity: "high",
  why: "AWS keeps it in a resource beside the bucket; without one, objects are encrypted with a key of Amazon's.",
  sources: [
    aws(
      "AmazonS3/latest/userguide/bucket-encryption.html",
      "without a setting objects are encrypted with S3's own key",
    ),
  ],
  fix: "Add a BucketServerSideEncryptionConfiguration for the bucket.",
  accompanied: "aws:s3/bucket:Bucket",
  companion: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  through: "bucket",
});
