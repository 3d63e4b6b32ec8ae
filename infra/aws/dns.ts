import { Zone } from "@pulumi/aws/route53/zone.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";

export interface PrivateZoneArgs {
  plan: AwsRegionPlan;
  vpcId: Input<string>;
}

/** The region's private DNS zone, answered inside its VPC only. */
export class PrivateZone extends ComponentResource {
  readonly zoneId: Output<string>;

  constructor(name: string, { plan, vpcId }: PrivateZoneArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:PrivateZone", name, {}, opts);
    const zone = new Zone(
      name,
      {
        name: plan.privateZone,
        comment: `Names inside ${plan.name}`,
        vpcs: [{ vpcId, vpcRegion: plan.location }],
        tags: plan.tags,
      },
      { parent: this },
    );
    this.zoneId = zone.zoneId;
    this.registerOutputs({ zoneId: this.zoneId });
  }
}
