import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { baseline, policyOf, T } from "./baseline.ts";

const given = await baseline();
const { account, bucket } = given;

const publicRead = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket.id}/*` };
const other = await account.make(T.bucket, { bucket: "novacron-second" });

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  ["somebody else's bucket name", /BucketAlreadyExists/, T.bucket, { bucket: "test" }],
  ["one's own bucket again", /BucketAlreadyOwnedByYou/, T.bucket, { bucket: "novacron-artifacts" }],
  ["a bucket in capitals", /InvalidBucketName/, T.bucket, { bucket: "NovaCron" }],
  ["a bucket with an underscore", /InvalidBucketName/, T.bucket, { bucket: "nova_cron" }],
  ["a bucket named like an address", /InvalidBucketName/, T.bucket, { bucket: "10.0.0.1" }],
  ["a bucket of two letters", /InvalidBucketName/, T.bucket, { bucket: "ab" }],
  ["a bucket of 64 letters", /at most 63 characters/, T.bucket, { bucket: "a".repeat(64) }],
  [
    "a bucket with a public ACL",
    /AccessControlListNotSupported: The bucket does not allow ACLs/,
    T.bucket,
    { bucket: "novacron-new", acl: "public-read" },
  ],
  [
    "settings of no bucket",
    /NoSuchBucket: The specified bucket does not exist/,
    T.versioning,
    { bucket: "novacron-none", versioningConfiguration: { status: "Enabled" } },
  ],
  [
    "versions switched on in lower case",
    /versioningConfiguration\.status to be one of/,
    T.versioning,
    { bucket: other.id, versioningConfiguration: { status: "enabled" } },
  ],
  [
    "an unknown cipher",
    /sseAlgorithm to be one of/,
    T.encryption,
    { bucket: other.id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "kms" } }] },
  ],
  [
    "a key for S3's own encryption",
    /InvalidArgument/,
    T.encryption,
    {
      bucket: other.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256", kmsMasterKeyId: given.key.state.arn } }],
    },
  ],
  [
    "an unknown owner",
    /objectOwnership to be one of/,
    T.ownership,
    { bucket: other.id, rule: { objectOwnership: "Me" } },
  ],
  [
    "a policy about another bucket",
    /MalformedPolicy: Policy has invalid resource/,
    T.bucketPolicy,
    { bucket: other.id, policy: policyOf(publicRead) },
  ],
  [
    "a bucket open to everyone",
    /AccessDenied: .*BlockPublicPolicy/,
    T.bucketPolicy,
    { bucket: other.id, policy: policyOf({ ...publicRead, Resource: `arn:aws:s3:::${other.id}/*` }) },
  ],
  [
    "objects' actions on the bucket itself",
    /Action does not apply to any resource/,
    T.bucketPolicy,
    { bucket: other.id, policy: policyOf({ ...publicRead, Effect: "Deny", Resource: `arn:aws:s3:::${other.id}` }) },
  ],
  [
    "a bucket policy without a principal",
    /MalformedPolicy: Missing required field Principal/,
    T.bucketPolicy,
    { bucket: other.id, policy: policyOf({ Effect: "Deny", Action: "s3:*", Resource: `arn:aws:s3:::${other.id}` }) },
  ],
  [
    "a secret twice",
    /ResourceExistsException: The operation failed because the secret main\/federation already exists\./,
    T.secret,
    { name: "main/federation" },
  ],
  ["a secret name with a space", /not a valid name/, T.secret, { name: "my secret" }],
  [
    "a secret gone in five days",
    /must be 0 or between 7 and 30, got 5/,
    T.secret,
    { name: "new", recoveryWindowInDays: 5 },
  ],
];

test("data that AWS would not keep as asked is refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("a bucket opens to the public only after its block is lifted", async () => {
  const open = await account.make(T.bucket, { bucket: "novacron-open" });
  await account.make(T.accessBlock, { bucket: open.id, blockPublicPolicy: false });
  const policy = policyOf({ ...publicRead, Resource: `arn:aws:s3:::${open.id}/*` });
  assert.equal(await saidTo(() => account.make(T.bucketPolicy, { bucket: open.id, policy })), "");
});

test("versions cannot be switched off again, only suspended", async () => {
  const inputs = (status: string) => ({ bucket: bucket.id, versioningConfiguration: { status } });
  assert.match(
    await saidTo(() => account.change(T.versioning, given.versioning, inputs("Disabled"))),
    /cannot be updated to 'Disabled'/,
  );
  assert.equal(await saidTo(() => account.change(T.versioning, given.versioning, inputs("Suspended"))), "");
});
