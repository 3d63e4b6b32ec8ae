import { all } from "@pulumi/pulumi";
import { z } from "zod";
import type { GlobalEntry } from "./entry.ts";
import type { Mesh } from "./mesh.ts";
import type { EnvironmentPlan } from "./plan/environment.ts";
import type { Region } from "./region.ts";

const address = z.ipv4();

/** One region as the stack publishes it. */
const regionOutput = z.strictObject({
  cloud: z.enum(["aws", "azure", "gcp"]),
  location: z.string(),
  /** URL of the cluster's API. */
  apiEndpoint: z.url(),
  clusterName: z.string(),
  oidcIssuer: z.string(),
  artifacts: z.string(),
  secretStore: z.string(),
  /** Public addresses of the region's ingress. */
  entryAddresses: z.array(address).min(1),
});

const linkOutput = z.strictObject({
  name: z.string(),
  kind: z.enum(["vpn", "peering"]),
  regions: z.tuple([z.string(), z.string()]),
  tunnels: z.array(z.strictObject({ name: z.string(), inside: z.cidrv4(), outside: z.tuple([address, address]) })),
});

/**
 * What a stack publishes, by name of the stack output. Operators' tools read outputs through this schema, so a change here
 * is a change for them. `kubeconfigs` is secret.
 */
export const stackOutputSchema = z.strictObject({
  regionTable: z.record(z.string(), regionOutput),
  /** Every pair of regions with its tunnels and their outside addresses. */
  meshTable: z.array(linkOutput),
  /** Which losses each protocol survives, with the arithmetic; `planQuorum` says what is in it. */
  quorum: z.looseObject({ protocols: z.array(z.looseObject({ protocol: z.string() })) }),
  globalName: z.string(),
  nameServers: z.array(z.string()),
  kubeconfigs: z.record(z.string(), z.string()),
});

export type StackOutputs = z.output<typeof stackOutputSchema>;

export interface StackOutputArgs {
  plan: EnvironmentPlan;
  regions: readonly Region[];
  mesh: Mesh;
  entry: GlobalEntry;
}

/** Gathers what the stack publishes. Keys are those of `stackOutputSchema`. */
export function stackOutputs({ plan, regions, mesh, entry }: StackOutputArgs) {
  const locations = new Map(plan.regions.map(({ name, location }) => [name, location]));
  const byName = <Value>(value: (region: Region) => Value): Record<string, Value> =>
    Object.fromEntries(regions.map((region) => [region.regionName, value(region)]));
  return {
    regionTable: byName((region) => ({
      cloud: region.cloud,
      location: locations.get(region.regionName) ?? "",
      apiEndpoint: region.cluster.endpoint,
      clusterName: region.cluster.clusterName,
      oidcIssuer: region.cluster.oidcIssuer,
      artifacts: region.artifacts,
      secretStore: region.secretStore,
      entryAddresses: region.entryAddresses,
    })),
    meshTable: all(mesh.links),
    quorum: plan.quorum,
    globalName: entry.globalName,
    nameServers: entry.nameServers,
    kubeconfigs: byName((region) => region.cluster.kubeconfig),
  };
}
