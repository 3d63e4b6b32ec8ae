import type { Key, KeyArgs } from "@pulumi/aws/kms/key.js";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { badPrincipal } from "./iam.ts";
import { malformed, matches, policyProblem, principalsOf, statementsOf, strings } from "./policyDocument.ts";
import { arn, awsService, between, oneOf } from "./resource.ts";

const SPECS = [
  ...["SYMMETRIC_DEFAULT", "RSA_2048", "RSA_3072", "RSA_4096", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"],
  ...[
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "SM2",
  ],
];
const POLICY_BYTES = 32_768;

export const kmsKey = awsService<KeyArgs, Key>("aws:kms/key:Key", {
  api: {
    service: "KMS",
    noun: "Key",
    create: "CreateKey",
    update: "PutKeyPolicy",
    remove: "ScheduleKeyDeletion",
    badTag: "TagException",
  },
  replaceOn: ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"],
  references: ({ arn, keyId }) => [arn, keyId],
  check: (input) => [
    ...between("deletionWindowInDays", input.deletionWindowInDays, 7, 30),
    ...between("rotationPeriodInDays", input.rotationPeriodInDays, 90, 2560),
    ...oneOf("customerMasterKeySpec", input.customerMasterKeySpec, SPECS),
    ...oneOf("keyUsage", input.keyUsage, ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]),
    ...policyProblem(input.policy, "key").map((reason): [string, string] => ["policy", reason]),
    ...(input.description === undefined || input.description.length <= 8192
      ? []
      : ([["description", "expected length of description to be in the range (0 - 8192)"]] as [string, string][])),
    ...(input.rotationPeriodInDays !== undefined && input.enableKeyRotation === false
      ? ([["rotationPeriodInDays", "needs enableKeyRotation"]] as [string, string][])
      : []),
  ],
  create: (input, world) => {
    const spec = input.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
    const usage = input.keyUsage ?? "ENCRYPT_DECRYPT";
    if (!usagesOf(spec).includes(usage))
      refuse("ValidationException", `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
    if (input.enableKeyRotation === true && spec !== "SYMMETRIC_DEFAULT")
      refuse("UnsupportedOperationException", `Key rotation is not supported for KeySpec ${spec}.`);
    if (input.customKeyStoreId !== undefined)
      refuse("CustomKeyStoreNotFoundException", `Custom key store ${input.customKeyStoreId} does not exist.`);
    const policy = input.policy ?? defaultPolicy(world);
    checkPolicy(policy, input.bypassPolicyLockoutSafetyCheck === true, world);
    const hex = (digits: number) => world.hex(digits);
    const keyId = `${input.multiRegion === true ? "mrk-" : ""}${[8, 4, 4, 4, 12].map(hex).join(input.multiRegion === true ? "" : "-")}`;
    return {
      id: keyId,
      keyId,
      arn: arn(world, "kms", `key/${keyId}`),
      policy,
      description: input.description ?? "",
      customerMasterKeySpec: spec,
      keyUsage: usage,
      multiRegion: input.multiRegion ?? false,
      isEnabled: input.isEnabled ?? true,
      enableKeyRotation: input.enableKeyRotation ?? false,
      rotationPeriodInDays: input.rotationPeriodInDays ?? (input.enableKeyRotation === true ? 365 : 0),
    };
  },
  update: (input, current, world) => {
    if (input.enableKeyRotation === true && current.state.customerMasterKeySpec !== "SYMMETRIC_DEFAULT")
      refuse(
        "UnsupportedOperationException",
        `Key rotation is not supported for KeySpec ${current.state.customerMasterKeySpec}.`,
      );
    const policy = input.policy ?? defaultPolicy(world);
    checkPolicy(policy, input.bypassPolicyLockoutSafetyCheck === true, world);
    return {
      policy,
      rotationPeriodInDays: input.rotationPeriodInDays ?? (input.enableKeyRotation === true ? 365 : 0),
    };
  },
  // Deletion is scheduled whatever the key still protects: KMS does not know of it.
  remove: () => {},
});

function usagesOf(spec: string): string[] {
  if (spec === "SYMMETRIC_DEFAULT") return ["ENCRYPT_DECRYPT"];
  if (spec.startsWith("HMAC")) return ["GENERATE_VERIFY_MAC"];
  if (spec.startsWith("RSA") || spec === "SM2") return ["ENCRYPT_DECRYPT", "SIGN_VERIFY"];
  if (spec.startsWith("ECC_NIST_P")) return ["SIGN_VERIFY", "KEY_AGREEMENT"];
  return ["SIGN_VERIFY"];
}

const root = (world: World): string => `arn:aws:iam::${world.account}:root`;

const defaultPolicy = (world: World): string =>
  JSON.stringify({
    Id: "default",
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: root(world) },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });

function checkPolicy(policy: string, bypass: boolean, world: World): void {
  if (Buffer.byteLength(policy) > POLICY_BYTES)
    refuse("LimitExceededException", `The policy exceeds the maximum size of ${POLICY_BYTES} bytes.`);
  const problem = malformed(policy, "key");
  if (problem !== undefined) refuse("MalformedPolicyDocumentException", problem);
  const statements = statementsOf(policy);
  if (statements.some((statement) => badPrincipal(statement, world) !== undefined))
    refuse("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.");
  // KMS cannot tell who calls in a simulation; the account itself must keep the last word.
  const keepsControl = statements.some(
    (statement) =>
      statement.Effect === "Allow" &&
      principalsOf(statement).AWS.some((name) => ["*", root(world), world.account].includes(name)) &&
      strings(statement.Action).some((pattern) => matches(pattern, "kms:PutKeyPolicy")),
  );
  if (!keepsControl && !bypass)
    refuse(
      "MalformedPolicyDocumentException",
      "The new key policy will not allow you to update the key policy in the future.",
    );
}
