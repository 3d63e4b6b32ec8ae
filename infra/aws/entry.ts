import { Eip } from "@pulumi/aws/ec2/eip.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { named } from "./names.ts";

export interface EntryAddressesArgs {
  plan: AwsRegionPlan;
}

/**
 * Public addresses reserved for the region's ingress, one in each zone as a network load balancer wants them: they outlive
 * any load balancer, so DNS need not change with it. USD 3.6 a month each.
 */
export class EntryAddresses extends ComponentResource {
  readonly addresses: Output<string>[];
  /** In the order of `addresses`, for the load balancer. */
  readonly allocationIds: Output<string>[];

  constructor(name: string, { plan }: EntryAddressesArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:EntryAddresses", name, {}, opts);
    const eips = plan.zones.map(
      (zone) =>
        new Eip(
          `${name}-${zone}`,
          { region: plan.location, domain: "vpc", tags: named(plan, `${name}-${zone}`) },
          { parent: this },
        ),
    );
    this.addresses = eips.map((eip) => eip.publicIp);
    this.allocationIds = eips.map((eip) => eip.allocationId);
    this.registerOutputs({ addresses: this.addresses, allocationIds: this.allocationIds });
  }
}
