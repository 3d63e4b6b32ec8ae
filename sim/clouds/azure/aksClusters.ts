import type { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
import { addressIn, overlaps } from "../../ipv4.ts";
import type { Identity } from "../../region/context.ts";
import type { NodePoolSpec } from "../../region/spec.ts";
import type { OutputsOf, Service } from "../../service.ts";
import type { StoredResource } from "../../store.ts";
import { administrator, type Claims, type CloudCluster, regionName, STRANGER, spread } from "../cluster.ts";
import { agentPool } from "./agentPools.ts";
import { parentOf, same } from "./ids.ts";
import { managedCluster } from "./kubernetesClusters.ts";
import { networkDefaults } from "./kubernetesNetwork.ts";
import { machineSize } from "./machineSizes.ts";
import { subnet } from "./subnets.ts";

type Resources = readonly StoredResource[];
type StoredAs<Outputs> = Omit<StoredResource, "state"> & { state: Outputs };

const of = <Outputs>(resources: Resources, service: Service<Outputs>): StoredAs<Outputs>[] =>
  resources.filter((resource) => resource.type === service.type) as unknown as StoredAs<Outputs>[];

/** Ranges for the nodes of a cluster without a network of its own: the one that AKS makes, and two others if that is taken. */
const MANAGED_NETWORKS = ["10.224.0.0/16", "10.225.0.0/16", "10.226.0.0/16"];

/** What a pool's request and its state have in common. */
type Profile = Pick<
  OutputsOf<AgentPool>,
  "count" | "vmSize" | "availabilityZones" | "mode" | "nodeLabels" | "nodeTaints" | "vnetSubnetID"
> & { name: string };

/** Every AKS cluster among resources of Azure. */
export const aksClusters = (resources: Resources): CloudCluster[] =>
  of(resources, managedCluster).map((cluster) => {
    const { state, region: location } = cluster;
    const own = (state.agentPoolProfiles ?? []) as unknown as Profile[];
    const added = of(resources, agentPool).filter(({ id }) => same(parentOf(id), cluster.id));
    // AKS lists all pools with their cluster; here one that was added is a resource of its own.
    const profiles = [...own, ...added.map(({ state: pool }) => pool as unknown as Profile)];
    const { podCidr, serviceCidr } = networkDefaults(state.networkProfile as Parameters<typeof networkDefaults>[0]);
    const nodeRange = nodesIn(profiles, [serviceCidr, podCidr ?? ""], resources);
    return {
      resource: cluster as unknown as StoredResource,
      region: regionName(state.tags, cluster.urn),
      spec: {
        cluster: state.name,
        cloud: "azure",
        location,
        serviceRange: serviceCidr,
        podRange: podCidr ?? podRangeBeside([nodeRange, serviceCidr]),
        nodeRange,
        serverNames: [state.fqdn, state.privateFQDN].filter((name) => name !== undefined && name !== ""),
        serviceAccountIssuer: state.oidcIssuerProfile?.issuerURL || `https://${state.fqdn}`,
        pools: profiles.map((profile) => poolOf(profile, location)),
      },
      // The kubeconfig that AKS issues names the authority; the resource does not.
      certified: () => cluster.state as unknown as StoredResource["state"],
      identify: (claims) => identity(cluster.account, state.aadProfile?.tenantID, claims),
    };
  });

function poolOf(profile: Profile, location: string): NodePoolSpec {
  const { name, vmSize = "Standard_DS2_v2", availabilityZones, nodeTaints, mode = "User" } = profile;
  // Machines outside any zone are in zone 0, as their labels say on Azure.
  const zones = (availabilityZones ?? []).map((zone) => `${location}-${zone}`);
  const { cpus, memoryGiB } = machineSize(vmSize) ?? { cpus: 2, memoryGiB: 8 };
  return {
    name,
    nodes: spread(profile.count ?? 1, zones.length === 0 ? ["0"] : zones),
    instanceType: vmSize,
    labels: {
      ...profile.nodeLabels,
      agentpool: name,
      "kubernetes.azure.com/agentpool": name,
      "kubernetes.azure.com/mode": mode.toLowerCase(),
    },
    taints: (nodeTaints ?? []).map((taint) => {
      const [, key = taint, value = "", effect = "NoSchedule"] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(taint) ?? [];
      return { key, value, effect };
    }),
    cpus,
    memoryGiB,
  };
}

/** Where nodes have their addresses: in the first pool's subnet. */
function nodesIn(profiles: readonly Profile[], taken: readonly string[], resources: Resources): string {
  const id = profiles.find(({ vnetSubnetID }) => vnetSubnetID !== undefined)?.vnetSubnetID;
  const found = of(resources, subnet).find((candidate) => id !== undefined && same(candidate.id, id));
  const prefix = found?.state.addressPrefix ?? found?.state.addressPrefixes?.[0];
  const free = MANAGED_NETWORKS.find((range) => !taken.some((other) => overlaps(range, other)));
  return prefix ?? free ?? MANAGED_NETWORKS[0] ?? "";
}

/** Without an overlay pods share the nodes' subnet on Azure. Here they get a range beside it, so that they never meet. */
function podRangeBeside(taken: readonly string[]): string {
  for (let index = 0; index < 256; index++) {
    const range = `${addressIn("10.0.0.0/8", index * 65_536)}/16`;
    if (!taken.some((other) => overlaps(range, other))) return range;
  }
  throw new Error(`no range is left for pods beside ${taken.join(" and ")}`);
}

/** Whoever is signed in to the cluster's tenant administers the subscription, and so its clusters, in the simulation. */
function identity(subscription: string, tenant: string | undefined, claims: Claims): Identity {
  const isOwn = claims.cloud === "azure" && (tenant === undefined || claims.account === tenant);
  return isOwn ? administrator(`${claims.principal}@${subscription}`) : STRANGER;
}
