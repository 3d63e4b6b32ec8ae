import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { aws } from "../../sources/clouds.ts";

export default rule({
  id: "STO-007",
  title: "Storage knows identities alone: no ACLs, no shared keys, no copies to other tenants",
  severity: "high",
  why: "An ACL or a shared key lets in callers whom no review of roles shows, and a shared key opens the whole account.",
  sources: [
    cis.azure("9.3.1.3", "no access by account keys"),
    cis.azure("9.3.7", "no replication to other tenants"),
    aws("AmazonS3/latest/userguide/about-object-ownership.html", "ACLs are disabled by BucketOwnerEnforced"),
  ],
  fix: "Set BucketOwnerEnforced, allowSharedKeyAccess false, allowCrossTenantReplication false, uniform access.",
  ...settings({
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
      "rule.objectOwnership": exactly("BucketOwnerEnforced"),
    },
    "azure-native:storage:StorageAccount": {
      allowSharedKeyAccess: exactly(false),
      allowCrossTenantReplication: exactly(false),
    },
  }),
});
