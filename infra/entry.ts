import { HealthCheck } from "@pulumi/aws/route53/healthCheck.js";
import { Record as DnsRecord } from "@pulumi/aws/route53/record.js";
import { Zone } from "@pulumi/aws/route53/zone.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { DnsPlan } from "./plan/dns.ts";
import type { Region } from "./region.ts";

/** Seconds that resolvers keep an answer: a region that fails its check is out of the global name within checks and this. */
const RECORD_SECONDS = 60;

/** Route 53's shortest interval and its default count: a dead region is noticed after 30 s. */
const HEALTH_CHECK = { requestInterval: 10, failureThreshold: 3 } as const;

export interface GlobalEntryArgs {
  /** From `planDns`. */
  dns: DnsPlan;
  regions: readonly Region[];
  tags: Record<string, string>;
  /** Keeps the zone from being deleted with the names that others delegate to. */
  protect: boolean;
}

/**
 * The public DNS zone, in Route 53 for all three clouds, since one zone must own the global name and only its health checks
 * look at every cloud alike. The global name answers with the addresses of one healthy region; each region has a name of its own.
 * DNS is not in the path of a rollback, so the minute that resolvers may keep an answer costs nothing there.
 */
export class GlobalEntry extends ComponentResource {
  readonly globalName: string;
  readonly zoneId: Output<string>;
  /** Where the parent domain must delegate the zone to. */
  readonly nameServers: Output<string[]>;

  constructor(name: string, args: GlobalEntryArgs, options?: ComponentResourceOptions) {
    super("novacron:infra:GlobalEntry", name, {}, options);
    const { dns, tags } = args;
    const zone = new Zone(
      `${name}-zone`,
      { name: dns.zone, comment: "Global and regional names of the NovaCron environment", forceDestroy: false, tags },
      { parent: this, protect: args.protect },
    );
    for (const entry of dns.entries) {
      const region = args.regions.find((candidate) => candidate.regionName === entry.region);
      if (region === undefined) throw new Error(`the plan names ${entry.region}, which the stack does not create`);
      const child = `${name}-${entry.region}`;
      const address = { zoneId: zone.zoneId, type: "A", ttl: RECORD_SECONDS, records: region.entryAddresses };
      const regional = new DnsRecord(`${child}-name`, { ...address, name: entry.name }, { parent: this });
      const check = new HealthCheck(
        `${child}-check`,
        {
          type: "HTTPS",
          fqdn: entry.healthCheck.fqdn,
          port: entry.healthCheck.port,
          resourcePath: entry.healthCheck.path,
          enableSni: true,
          ...HEALTH_CHECK,
          tags: { ...tags, Name: entry.name },
        },
        { parent: this, dependsOn: [regional] },
      );
      new DnsRecord(
        `${child}-global`,
        {
          ...address,
          name: dns.globalName,
          setIdentifier: entry.region,
          weightedRoutingPolicies: [{ weight: 100 }],
          healthCheckId: check.id,
        },
        { parent: this },
      );
    }
    this.globalName = dns.globalName;
    this.zoneId = zone.zoneId;
    this.nameServers = zone.nameServers;
    this.registerOutputs({ globalName: this.globalName, zoneId: this.zoneId, nameServers: this.nameServers });
  }
}
