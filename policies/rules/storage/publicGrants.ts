import { type PropertyPath, Unknown, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { isOpen, statementsIn } from "../../statements.ts";

/** What each cloud calls everybody, or everybody with any account at all. */
const EVERYBODY = /\b(allUsers|allAuthenticatedUsers|AllUsers|AuthenticatedUsers)\b/;
const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read"];

const acl = (value: unknown): boolean => PUBLIC_ACLS.includes(String(value));
const everybody = (value: unknown): boolean => EVERYBODY.test(String(value));
const containerAccess = (value: unknown): boolean => !["none", ""].includes(String(value).toLowerCase());

/** Whether an S3 bucket policy allows something to everybody. What cannot be read is taken to. */
const admitsEverybody = (policy: unknown): boolean => statementsIn(policy)?.some(isOpen) ?? true;

/** Where each type says whom it admits, and when that is everybody. */
const GRANTS: Readonly<Record<string, Readonly<Record<PropertyPath, (value: unknown) => boolean>>>> = {
  "aws:s3/bucket:Bucket": { acl, policy: admitsEverybody },
  "aws:s3/bucketAcl:BucketAcl": { acl, "accessControlPolicy.grants[].grantee.uri": everybody },
  "aws:s3/bucketPolicy:BucketPolicy": { policy: admitsEverybody },
  "azure-native:storage:BlobContainer": { publicAccess: containerAccess },
  "gcp:storage/bucketAccessControl:BucketAccessControl": { entity: everybody },
  "gcp:storage/bucketIAMBinding:BucketIAMBinding": { "members[]": everybody },
  "gcp:storage/bucketIAMMember:BucketIAMMember": { member: everybody },
  "gcp:storage/bucketIAMPolicy:BucketIAMPolicy": { policyData: everybody },
  "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl": { entity: everybody },
};

export default rule({
  id: "STO-002",
  title: "No bucket grants anything to everybody",
  severity: "critical",
  why: "The switch against public access may be lifted in an emergency; a grant that waits for it then takes effect at once.",
  sources: [cis.googleCloud("5.1", "buckets are not public"), cis.aws("2.1.4", "buckets block public access")],
  fix: "Grant to the identities that need it; of everybody, conditions on aws:PrincipalAccount or aws:PrincipalOrgID alone leave one's own.",
  applies: Object.keys(GRANTS),
  needs: [...new Set(Object.values(GRANTS).flatMap((places) => Object.keys(places)))],
  check: (properties, { type }) =>
    Object.entries(GRANTS[type] ?? {}).flatMap(([path, isPublic]) =>
      valuesAt(properties, path)
        .filter(({ value }) => value !== undefined && !(value instanceof Unknown) && isPublic(value))
        .map(({ at }) => `${at} admits everybody`),
    ),
});
