import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";

/** The retention periods that CloudWatch Logs offers, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The shortest period on offer that keeps logs for at least `days`; the longest, ten years, when none does. */
export const retentionFor = (days: number): number => RETENTION_DAYS.find((offered) => offered >= days) ?? 3653;

export interface EncryptedLogGroupArgs {
  plan: AwsRegionPlan;
  /** Name in CloudWatch, where the writing service prescribes one. */
  logGroupName: string;
  /** ARN of a KMS key whose policy admits the region's CloudWatch Logs. */
  keyArn: Input<string>;
}

/** A log group that exists, encrypted and with an end to its retention, before anything writes to it. */
export const encryptedLogGroup = (
  name: string,
  { plan, logGroupName, keyArn }: EncryptedLogGroupArgs,
  parent: ComponentResource,
): LogGroup =>
  new LogGroup(
    name,
    {
      region: plan.location,
      name: logGroupName,
      kmsKeyId: keyArn,
      retentionInDays: retentionFor(plan.logDays),
      tags: plan.tags,
    },
    { parent },
  );
