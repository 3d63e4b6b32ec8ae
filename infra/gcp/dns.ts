import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";

/** The region's private DNS zone, answered inside its network only. */
export class GcpDns extends ComponentResource {
  /** Name of the managed zone. */
  readonly zone: Output<string>;

  constructor(name: string, args: { plan: GcpRegionPlan; network: Output<string> }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Dns", name, {}, opts);
    const { plan } = args;
    const zone = new ManagedZone(
      name,
      {
        dnsName: `${plan.privateZone}.`,
        description: `Names inside region ${plan.name}`,
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: args.network }] },
        labels: plan.tags,
      },
      { parent: this },
    );
    this.zone = zone.name;
    this.registerOutputs({ zone: this.zone });
  }
}
