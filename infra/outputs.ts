import { all } from "@pulumi/pulumi";
import type { ReleasedService } from "../k8s/dwcp/canaryService.ts";
import type { GlobalEntry } from "./entry.ts";
import type { Mesh } from "./mesh.ts";
import type { EnvironmentPlan } from "./plan/environment.ts";
import type { ServicesPlan } from "./plan/services.ts";
import { WAN_PORT } from "./plan/wanEntry.ts";
import type { Region } from "./region.ts";

export interface StackOutputArgs {
  plan: EnvironmentPlan;
  regions: readonly Region[];
  mesh: Mesh;
  entry: GlobalEntry;
  services: readonly { plan: ServicesPlan; released: readonly ReleasedService[] }[];
}

/** Gathers what the stack publishes. Keys are those of `stackOutputSchema`. */
export function stackOutputs({ plan, regions, mesh, entry, services }: StackOutputArgs) {
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
    serviceTable: Object.fromEntries(
      services.map(({ plan: { region, hosts, wanAddresses }, released }) => [
        region,
        {
          host: hosts.regional,
          wanEntry: { addresses: wanAddresses, port: WAN_PORT },
          released: [...released],
        },
      ]),
    ),
    kubeconfigs: byName((region) => region.cluster.kubeconfig),
  };
}
