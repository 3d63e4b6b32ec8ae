import { getProject, getStack } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";

/**
 * The region's name where it must be unique beyond the stack and known before the resource exists (cluster, log groups,
 * secrets): `novacron-staging-aws-use1`. Everything else is named by Pulumi, with random digits, so that two stacks may
 * share an account although IAM and S3 names are global.
 */
export const fullName = (plan: Pick<AwsRegionPlan, "name">): string => `${getProject()}-${getStack()}-${plan.name}`;

/** The region's tags and the `Name` that the console shows. */
export const named = (plan: Pick<AwsRegionPlan, "tags">, name: string): Record<string, string> => ({
  ...plan.tags,
  Name: name,
});
