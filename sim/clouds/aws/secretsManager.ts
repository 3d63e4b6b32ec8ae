import type { Secret, SecretArgs } from "@pulumi/aws/secretsmanager/secret.js";
import { refuse } from "../../service.ts";
import { kmsKey } from "./kms.ts";
import { malformed, policyProblem } from "./policyDocument.ts";
import { arn, awsService } from "./resource.ts";

export const secret = awsService<SecretArgs, Secret>("aws:secretsmanager/secret:Secret", {
  api: {
    service: "Secrets Manager",
    noun: "Secret",
    create: "CreateSecret",
    update: "UpdateSecret",
    remove: "DeleteSecret",
    badTag: "InvalidParameterException",
  },
  replaceOn: ["name", "namePrefix", "type"],
  naming: {
    property: "name",
    pattern: /^[A-Za-z0-9/_+=.@-]+$/,
    allowed: "letters, digits and / _ + = . @ - (ValidationException)",
    maxLength: 512,
  },
  references: ({ arn, name }) => [arn, name],
  check: ({ recoveryWindowInDays: days, policy }) => [
    ...(days === undefined || days === 0 || (Number.isInteger(days) && days >= 7 && days <= 30)
      ? []
      : ([
          [
            "recoveryWindowInDays",
            `"recovery_window_in_days" must be 0 or between 7 and 30, got ${days} (InvalidParameterException)`,
          ],
        ] as [string, string][])),
    ...policyProblem(policy, "secret").map((reason): [string, string] => ["policy", reason]),
  ],
  create: (input, world) => {
    const name = input.name ?? "";
    if (world.get(secret, name) !== undefined)
      refuse("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
    if (
      input.kmsKeyId !== undefined &&
      !input.kmsKeyId.startsWith("alias/") &&
      world.getAnywhere(kmsKey, input.kmsKeyId) === undefined
    )
      refuse(
        "InvalidParameterException",
        `The parameter KmsKeyId is not valid: key '${input.kmsKeyId}' does not exist.`,
      );
    for (const { region } of input.replicas ?? []) {
      if (region === world.region)
        refuse("InvalidParameterException", "Invalid replica region: a secret cannot be replicated to its own region.");
    }
    const problem = input.policy === undefined ? undefined : malformed(input.policy, "secret");
    if (problem !== undefined) refuse("MalformedPolicyDocumentException", problem);
    const secretArn = arn(world, "secretsmanager", `secret:${name}-${world.hex(6)}`);
    return {
      id: secretArn,
      arn: secretArn,
      name,
      namePrefix: input.namePrefix ?? "",
      policy: input.policy ?? "",
      recoveryWindowInDays: input.recoveryWindowInDays ?? 30,
      forceOverwriteReplicaSecret: input.forceOverwriteReplicaSecret ?? false,
    };
  },
  remove: () => {},
});
