import type { LogGroup, LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { kmsKey } from "./kms.ts";
import { admitsService } from "./policyDocument.ts";
import { arn, awsService, oneOf } from "./resource.ts";

const RETENTION_DAYS = [
  ...[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

export const logGroup = awsService<LogGroupArgs, LogGroup>("aws:cloudwatch/logGroup:LogGroup", {
  api: {
    service: "CloudWatch Logs",
    noun: "Log Group",
    create: "CreateLogGroup",
    update: "PutRetentionPolicy",
    remove: "DeleteLogGroup",
    badTag: "InvalidParameterException",
  },
  replaceOn: ["name", "namePrefix", "logGroupClass"],
  naming: {
    property: "name",
    pattern: /^(?!aws\/)[-._/#A-Za-z0-9]+$/,
    allowed: "letters, digits and . _ - / #, not beginning with aws/ (InvalidParameterException)",
    maxLength: 512,
  },
  references: ({ arn, name }) => [arn, name],
  check: (input) => [
    ...oneOf("retentionInDays", input.retentionInDays, RETENTION_DAYS),
    ...oneOf("logGroupClass", input.logGroupClass, ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]),
  ],
  create: (input, world) => {
    const name = input.name ?? "";
    if (world.get(logGroup, name) !== undefined)
      refuse("ResourceAlreadyExistsException", "The specified log group already exists");
    checkKey(input.kmsKeyId, name, world);
    return {
      id: name,
      name,
      namePrefix: input.namePrefix ?? "",
      arn: arn(world, "logs", `log-group:${name}`),
      logGroupClass: input.logGroupClass ?? "STANDARD",
      retentionInDays: input.retentionInDays ?? 0,
      skipDestroy: input.skipDestroy ?? false,
      deletionProtectionEnabled: input.deletionProtectionEnabled ?? false,
    };
  },
  update: (input, current, world) => {
    checkKey(input.kmsKeyId, current.id, world);
    return {};
  },
  // Writers do not keep a log group.
  remove: ({ id, state }) => {
    if (state.deletionProtectionEnabled)
      refuse("ValidationException", `Log group '${id}' has deletion protection enabled and cannot be deleted.`);
  },
});

/** CloudWatch Logs tries the key at once, so its policy must let the region's service in. */
function checkKey(keyId: string | undefined, name: string, world: World): void {
  if (keyId === undefined) return;
  if (!keyId.startsWith("arn:")) refuse("InvalidParameterException", "The specified KMS Key Id could not be found.");
  const key = world.get(kmsKey, keyId);
  if (key === undefined || !admitsService(key.state.policy, `logs.${world.region}.amazonaws.com`, "kms:Encrypt"))
    refuse(
      "AccessDeniedException",
      `The specified KMS key does not exist or is not allowed to be used with Arn '${arn(world, "logs", `log-group:${name}`)}'`,
    );
}
