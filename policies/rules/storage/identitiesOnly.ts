import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";

export default rule({
  id: "STO-007",
  title: "Storage knows identities alone: no ACLs, no shared keys, no copies to other tenants",
  severity: "high",
  why: "An ACL or a shared key lets in callers whom no review of roles shows, and a shared key opens the whole account (CIS Azure 4.3, AWS 'Disabling ACLs').",
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
