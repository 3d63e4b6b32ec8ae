import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { ACCOUNT_ID, baseline, policyOf, T, trusting } from "./baseline.ts";

const given = await baseline();
const { account } = given;

const allow = (more: object) => policyOf({ Effect: "Allow", ...more });
const role = (assumeRolePolicy: string, more = {}) => ({ name: "new", assumeRolePolicy, ...more });
const root = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };
const key = (...statements: object[]) => ({ policy: policyOf(...statements) });
const owner = { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" };
const openKey = await account.make(T.key, {});

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  [
    "a role twice",
    /EntityAlreadyExists: Role with name nodes already exists\./,
    T.role,
    role(trusting("ec2.amazonaws.com"), { name: "nodes" }),
  ],
  [
    "an issuer of tokens twice",
    /EntityAlreadyExists: Provider with url https:\/\/issuer\.example\/cluster already exists\./,
    T.oidcProvider,
    { url: "https://issuer.example/cluster", clientIdLists: ["sts.amazonaws.com"] },
  ],
  [
    "an issuer that is not reached over TLS",
    /must begin with https:\/\//,
    T.oidcProvider,
    { url: "http://issuer.example", clientIdLists: ["sts.amazonaws.com"] },
  ],
  [
    "a role that differs in case only",
    /EntityAlreadyExists/,
    T.role,
    role(trusting("ec2.amazonaws.com"), { name: "Nodes" }),
  ],
  [
    "a role name of 65 characters",
    /at most 64 characters/,
    T.role,
    role(trusting("ec2.amazonaws.com"), { name: "n".repeat(65) }),
  ],
  ["a role name with a space", /not a valid name/, T.role, role(trusting("ec2.amazonaws.com"), { name: "my role" })],
  ["a trust policy that is no JSON", /invalid JSON policy/, T.role, role("Version: 2012-10-17")],
  [
    "a trust policy without a principal",
    /MalformedPolicyDocument: Missing required field Principal/,
    T.role,
    role(allow({ Action: "sts:AssumeRole" })),
  ],
  [
    "a trust policy about a resource",
    /MalformedPolicyDocument: Has prohibited field Resource/,
    T.role,
    role(allow({ Principal: root, Action: "sts:AssumeRole", Resource: "*" })),
  ],
  [
    "a trust policy about something else",
    /may only specify STS AssumeRole actions/,
    T.role,
    role(allow({ Principal: root, Action: "s3:GetObject" })),
  ],
  [
    "trust in a role that does not exist",
    /Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role\/none"/,
    T.role,
    role(allow({ Principal: { AWS: "arn:aws:iam::123456789012:role/none" }, Action: "sts:AssumeRole" })),
  ],
  [
    "trust in a misspelt service",
    /Invalid principal in policy: "SERVICE":"eks\.amazonaws"/,
    T.role,
    role(trusting("eks.amazonaws")),
  ],
  [
    "a policy of an old version",
    /must be version 2012-10-17 or greater/,
    T.role,
    role(JSON.stringify({ Version: "2012-10-18", Statement: [] })),
  ],
  [
    "a session of thirty minutes",
    /maxSessionDuration to be in the range \(3600 - 43200\)/,
    T.role,
    role(trusting("ec2.amazonaws.com"), { maxSessionDuration: 1800 }),
  ],
  [
    "a permission for nothing",
    /Policy statement must contain actions/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Resource: "*" }) },
  ],
  [
    "a permission on nothing",
    /Policy statement must contain resources/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Action: "s3:GetObject" }) },
  ],
  [
    "a resource that is no ARN",
    /must be in ARN format or/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Action: "s3:GetObject", Resource: "my-bucket" }) },
  ],
  [
    "an action without a service",
    /must be prefaced by a vendor/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Action: "GetObject", Resource: "*" }) },
  ],
  [
    "a permission with a principal",
    /should not specify a principal/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Principal: "*", Action: "s3:GetObject", Resource: "*" }) },
  ],
  [
    "an unknown condition",
    /Syntax errors in policy/,
    T.rolePolicy,
    { role: "nodes", policy: allow({ Action: "s3:GetObject", Resource: "*", Condition: { StringIs: { a: "b" } } }) },
  ],
  [
    "a permission of no role",
    /NoSuchEntity: The role with name none cannot be found\./,
    T.rolePolicy,
    { role: "none", policy: allow({ Action: "s3:*", Resource: "*" }) },
  ],
  [
    "a managed policy that does not exist",
    /NoSuchEntity: Policy arn:aws:iam::aws:policy\/AmazonEKSNodePolicy does not exist or is not attachable\./,
    T.roleAttachment,
    { role: "nodes", policyArn: "arn:aws:iam::aws:policy/AmazonEKSNodePolicy" },
  ],
  [
    "a role's ARN where its name belongs",
    /NoSuchEntity/,
    T.roleAttachment,
    { role: given.nodeRole.state.arn, policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
  ],
  [
    "a key that goes in six days",
    /deletionWindowInDays to be in the range \(7 - 30\)/,
    T.key,
    { deletionWindowInDays: 6 },
  ],
  [
    "a key that rotates monthly",
    /rotationPeriodInDays to be in the range \(90 - 2560\)/,
    T.key,
    { rotationPeriodInDays: 30 },
  ],
  [
    "a key policy that locks its owner out",
    /will not allow you to update the key policy in the future/,
    T.key,
    key({ ...owner, Action: "kms:Decrypt" }),
  ],
  [
    "a key for a role that does not exist",
    /MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals/,
    T.key,
    key(owner, { ...owner, Principal: { AWS: "arn:aws:iam::123456789012:role/none" } }),
  ],
  [
    "rotation of a key pair",
    /UnsupportedOperationException/,
    T.key,
    { customerMasterKeySpec: "RSA_2048", enableKeyRotation: true },
  ],
  [
    "a kind of key that does not exist",
    /customerMasterKeySpec to be one of/,
    T.key,
    { customerMasterKeySpec: "AES_256" },
  ],
  [
    "a log group twice",
    /ResourceAlreadyExistsException: The specified log group already exists/,
    T.logGroup,
    { name: "/flow" },
  ],
  ["logs kept for 100 days", /retentionInDays to be one of/, T.logGroup, { name: "new", retentionInDays: 100 }],
  ["a log group in AWS's namespace", /not beginning with aws\//, T.logGroup, { name: "aws/mine" }],
  [
    "a log key that shuts the logs out",
    /AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:us-east-1:123456789012:log-group:new'/,
    T.logGroup,
    { name: "new", kmsKeyId: openKey.state.arn },
  ],
];

test("roles, keys and logs that AWS would not take are refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("what still holds permissions cannot be deleted", async () => {
  assert.match(
    await saidTo(() => account.remove(T.role, given.nodeRole)),
    /DeleteConflict: Cannot delete entity, must remove roles from instance profile first\./,
  );
  const policyArn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
  await account.make(T.roleAttachment, { role: given.clusterRole.id, policyArn });
  assert.match(
    await saidTo(() => account.remove(T.role, given.clusterRole)),
    /DeleteConflict: Cannot delete entity, must detach all policies first\./,
  );
  assert.match(
    await saidTo(() => account.remove(T.role, given.operators)),
    /DeleteConflict: Cannot delete entity, must delete policies first\./,
  );
});
