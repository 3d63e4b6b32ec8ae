import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { AwsRegion } from "./aws/region.ts";
import { AzureRegion } from "./azure/region.ts";
import { GcpRegion } from "./gcp/region.ts";
import type { RegionPlan } from "./plan/topology.ts";
import type { Region } from "./region.ts";

/** Creates a region in its cloud: the one place in the program that tells the clouds apart. */
export function createRegion(plan: RegionPlan, options: ComponentResourceOptions): Region {
  const protectedOptions = { ...options, protect: plan.protect };
  switch (plan.cloud) {
    case "aws":
      return new AwsRegion(plan.name, { plan }, protectedOptions);
    case "azure":
      return new AzureRegion(plan.name, { plan }, protectedOptions);
    case "gcp":
      return new GcpRegion(plan.name, { plan }, protectedOptions);
  }
}
