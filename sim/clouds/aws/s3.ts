import type { Bucket, BucketArgs } from "@pulumi/aws/s3/bucket.js";
import type { BucketOwnershipControls, BucketOwnershipControlsArgs } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import type { BucketPolicy, BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy.js";
import type { BucketPublicAccessBlock, BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import type {
  BucketServerSideEncryptionConfiguration,
  BucketServerSideEncryptionConfigurationArgs,
} from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import type { BucketVersioning, BucketVersioningArgs } from "@pulumi/aws/s3/bucketVersioning.js";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { s3 } from "./api.ts";
import { badPrincipal } from "./iam.ts";
import { isPublic, malformed, policyProblem, statementsOf, strings } from "./policyDocument.ts";
import { awsService, oneOf } from "./resource.ts";

const BUCKETS = 10_000;
const POLICY_BYTES = 20_480;

/** Names that somebody else surely has: bucket names are shared by all accounts. */
const TAKEN = [
  "artifacts",
  "backup",
  "bucket",
  "data",
  "example",
  "files",
  "images",
  "logs",
  "models",
  "my-bucket",
  "mybucket",
  "static",
  "terraform-state",
  "test",
  "test-bucket",
  "uploads",
];

export const bucket = awsService<BucketArgs, Bucket>("aws:s3/bucket:Bucket", {
  api: s3("Bucket", "CreateBucket", "DeleteBucket"),
  replaceOn: ["bucket", "bucketPrefix", "bucketNamespace", "objectLockEnabled"],
  naming: {
    property: "bucket",
    pattern:
      /^(?!xn--|sthree-|amzn-s3-demo-)(?!(\d+\.){3}\d+$)(?!.*\.\.)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]+[a-z0-9]$/,
    allowed:
      "3 or more lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit, not an IP address (InvalidBucketName)",
    maxLength: 63,
  },
  references: ({ arn, bucket }) => [arn, bucket],
  check: (input) => [
    ...oneOf("acl", input.acl, [
      "private",
      "public-read",
      "public-read-write",
      "aws-exec-read",
      "authenticated-read",
      "log-delivery-write",
    ]),
    ...oneOf("requestPayer", input.requestPayer, ["BucketOwner", "Requester"]),
    ...oneOf("accelerationStatus", input.accelerationStatus, ["Enabled", "Suspended"]),
  ],
  create: (input, world) => {
    const name = input.bucket ?? "";
    if (world.getAnywhere(bucket, name)?.account === world.account)
      refuse(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
      );
    if (TAKEN.includes(name) || world.getAnywhere(bucket, name) !== undefined)
      refuse(
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
      );
    if (world.all(bucket).length >= BUCKETS)
      refuse("TooManyBuckets", "You have attempted to create more buckets than allowed");
    // New buckets have their ACLs off.
    if ((input.acl !== undefined && input.acl !== "private") || input.grants !== undefined)
      refuse("AccessControlListNotSupported", "The bucket does not allow ACLs");
    const policy = input.policy === undefined ? "" : bucketPolicyText(input.policy, name, world);
    return {
      id: name,
      bucket: name,
      bucketPrefix: input.bucketPrefix ?? "",
      arn: `arn:aws:s3:::${name}`,
      acl: "private",
      policy,
      accelerationStatus: input.accelerationStatus ?? "",
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketNamespace: input.bucketNamespace ?? "global",
      bucketRegion: world.region,
      bucketRegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
      corsRules: [],
      forceDestroy: input.forceDestroy ?? false,
      grants: [],
      hostedZoneId: "Z3AQBSTGFYJSTF",
      lifecycleRules: [],
      logging: { targetBucket: "" },
      objectLockConfiguration: {},
      objectLockEnabled: input.objectLockEnabled ?? false,
      replicationConfiguration: { role: "", rules: [] },
      requestPayer: input.requestPayer ?? "BucketOwner",
      serverSideEncryptionConfiguration: {
        rule: {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256", kmsMasterKeyId: "" },
          bucketKeyEnabled: false,
          blockedEncryptionTypes: [],
        },
      },
      versioning: { enabled: false, mfaDelete: false },
      website: {},
      websiteDomain: `s3-website-${world.region}.amazonaws.com`,
      websiteEndpoint: "",
    };
  },
  // Everything that configures a bucket goes with it. Objects are not modelled, so it is always empty.
  remove: () => {},
});

export const bucketOf = (name: string, world: World, code = "NoSuchBucket"): Stored<OutputsOf<Bucket>> =>
  world.get(bucket, name) ?? refuse(code, "The specified bucket does not exist");

export const bucketVersioning = awsService<BucketVersioningArgs, BucketVersioning>(
  "aws:s3/bucketVersioning:BucketVersioning",
  {
    api: s3("Bucket Versioning", "PutBucketVersioning", "PutBucketVersioning"),
    tagged: false,
    replaceOn: ["bucket", "expectedBucketOwner"],
    check: ({ versioningConfiguration }) => [
      ...oneOf("versioningConfiguration.status", versioningConfiguration?.status, ["Enabled", "Suspended", "Disabled"]),
      ...oneOf("versioningConfiguration.mfaDelete", versioningConfiguration?.mfaDelete, ["Enabled", "Disabled"]),
    ],
    create: (input, world) => {
      bucketOf(input.bucket, world);
      if (input.versioningConfiguration.mfaDelete === "Enabled" && input.mfa === undefined)
        refuse("AccessDenied", "Mfa Authentication must be used for this request");
      return { id: input.bucket };
    },
    update: (input, current) => {
      if (input.versioningConfiguration.status === "Disabled" && current.inputs.versioningConfiguration !== undefined)
        refuse(
          "IllegalVersioningConfigurationException",
          "versioning_configuration.status cannot be updated to 'Disabled' once it was enabled",
        );
      return {};
    },
    remove: () => {},
  },
);

export const bucketEncryption = awsService<
  BucketServerSideEncryptionConfigurationArgs,
  BucketServerSideEncryptionConfiguration
>("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
  api: s3("Bucket Server-side Encryption Configuration", "PutBucketEncryption", "DeleteBucketEncryption"),
  tagged: false,
  replaceOn: ["bucket", "expectedBucketOwner"],
  check: ({ rules = [] }) =>
    rules.flatMap(({ applyServerSideEncryptionByDefault: by }) =>
      oneOf("rules.applyServerSideEncryptionByDefault.sseAlgorithm", by?.sseAlgorithm, [
        "AES256",
        "aws:kms",
        "aws:kms:dsse",
      ]),
    ),
  create: (input, world) => {
    bucketOf(input.bucket, world);
    checkEncryption(input.rules);
    return { id: input.bucket, rules: input.rules as OutputsOf<BucketServerSideEncryptionConfiguration>["rules"] };
  },
  update: ({ rules }) => {
    checkEncryption(rules);
    return {};
  },
  remove: () => {},
});

function checkEncryption(
  rules: {
    applyServerSideEncryptionByDefault?: { sseAlgorithm: string; kmsMasterKeyId?: string | undefined } | undefined;
  }[],
): void {
  if (rules.length !== 1)
    refuse("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
  for (const { applyServerSideEncryptionByDefault: by } of rules) {
    if (by?.sseAlgorithm === "AES256" && by.kmsMasterKeyId !== undefined)
      refuse(
        "InvalidArgument",
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
      );
  }
}

export const bucketPublicAccessBlock = awsService<BucketPublicAccessBlockArgs, BucketPublicAccessBlock>(
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  {
    api: s3("Bucket Public Access Block", "PutPublicAccessBlock", "DeletePublicAccessBlock"),
    tagged: false,
    replaceOn: ["bucket"],
    create: (input, world) => {
      bucketOf(input.bucket, world);
      return {
        id: input.bucket,
        blockPublicAcls: input.blockPublicAcls ?? false,
        blockPublicPolicy: input.blockPublicPolicy ?? false,
        ignorePublicAcls: input.ignorePublicAcls ?? false,
        restrictPublicBuckets: input.restrictPublicBuckets ?? false,
      };
    },
    remove: () => {},
  },
);

export const bucketOwnershipControls = awsService<BucketOwnershipControlsArgs, BucketOwnershipControls>(
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  {
    api: s3("Bucket Ownership Controls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"),
    tagged: false,
    replaceOn: ["bucket"],
    check: ({ rule }) =>
      oneOf("rule.objectOwnership", rule?.objectOwnership, [
        "BucketOwnerPreferred",
        "ObjectWriter",
        "BucketOwnerEnforced",
      ]),
    create: (input, world) => {
      bucketOf(input.bucket, world);
      return { id: input.bucket };
    },
    remove: () => {},
  },
);

export const bucketPolicy = awsService<BucketPolicyArgs, BucketPolicy>("aws:s3/bucketPolicy:BucketPolicy", {
  api: s3("Bucket Policy", "PutBucketPolicy", "DeleteBucketPolicy"),
  tagged: false,
  replaceOn: ["bucket"],
  check: ({ policy }) => policyProblem(policy, "bucket").map((reason) => ["policy", reason]),
  create: (input, world) => {
    bucketOf(input.bucket, world);
    return { id: input.bucket, policy: bucketPolicyText(input.policy, input.bucket, world) };
  },
  update: (input, _, world) => ({ policy: bucketPolicyText(input.policy, input.bucket, world) }),
  remove: () => {},
});

/** A bucket's policy as text; refused when S3 would not accept it for this bucket. */
function bucketPolicyText(policy: unknown, name: string, world: World): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  if (Buffer.byteLength(text) > POLICY_BYTES)
    refuse("PolicyTooLarge", "Your policy exceeds the maximum allowed document size");
  const problem = malformed(text, "bucket");
  if (problem !== undefined) refuse("MalformedPolicy", problem);
  for (const statement of statementsOf(text)) {
    if (badPrincipal(statement, world) !== undefined) refuse("MalformedPolicy", "Invalid principal in policy");
    const resources = strings(statement.Resource);
    const foreign = resources.some(
      (resource) => resource !== `arn:aws:s3:::${name}` && !resource.startsWith(`arn:aws:s3:::${name}/`),
    );
    if (foreign) refuse("MalformedPolicy", "Policy has invalid resource");
    const actions = strings(statement.Action);
    if (actions.some((action) => action !== "*" && !action.startsWith("s3:")))
      refuse("MalformedPolicy", "Policy has invalid action");
    const objectsOnly = actions.length > 0 && actions.every((action) => /^s3:(Get|Put|Delete)Object/.test(action));
    if (objectsOnly && resources.every((resource) => !resource.includes("/")))
      refuse("MalformedPolicy", "Action does not apply to any resource(s) in statement");
  }
  // A new bucket blocks public policies until it is told otherwise.
  const block = world.all(bucketPublicAccessBlock).find(({ state }) => state.bucket === name);
  if (isPublic(text) && (block?.state.blockPublicPolicy ?? true))
    refuse(
      "AccessDenied",
      `User is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${name}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    );
  return text;
}
