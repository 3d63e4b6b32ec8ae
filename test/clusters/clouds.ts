import { join } from "node:path";
import { cloudClusters } from "../../sim/cloudClusters.ts";
import type { StoredResource } from "../../sim/store.ts";
import { Tokens } from "../../sim/tokens.ts";
import { baseline, T } from "../sim/aws/baseline.ts";
import { placed, withNetwork } from "../sim/azure/baseline.ts";
import { TENANT } from "../sim/azure/subscription.ts";
import { clusterWithPool, REGION, Sandbox } from "../sim/gcp/sandbox.ts";

/** One cluster in each cloud, made through the clouds' own APIs. */
export async function threeClouds() {
  const aws = await baseline();
  const { azure, nodes, group } = await withNetwork();
  const identity = await azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "cluster" });
  const aks = await azure.create("containerservice:ManagedCluster", {
    ...placed,
    resourceName: "aks",
    dnsPrefix: "aks",
    kubernetesVersion: "1.35",
    identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
    aadProfile: { managed: true, enableAzureRBAC: true, tenantID: TENANT },
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      podCidr: "10.3.0.0/17",
      serviceCidr: "10.3.128.0/18",
      dnsServiceIP: "10.3.128.10",
    },
    agentPoolProfiles: [
      {
        name: "system",
        mode: "System",
        vmSize: "Standard_D2s_v5",
        count: 3,
        availabilityZones: ["1", "2"],
        vnetSubnetID: nodes.id,
        nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
      },
    ],
    tags: { region: "azr-weu" },
  });
  await azure.create("containerservice:AgentPool", {
    resourceGroupName: group.state.name,
    resourceName: "aks",
    agentPoolName: "inference",
    vmSize: "Standard_D4s_v5",
    count: 1,
    mode: "User",
    vnetSubnetID: nodes.id,
    nodeLabels: { "novacron.io/pool": "inference" },
  });
  const google = new Sandbox();
  const gke = await clusterWithPool(google, {
    nodeLocations: [`${REGION}-a`, `${REGION}-b`],
    initialNodeCount: 2,
    nodeConfig: { machineType: "n2-standard-4", taints: [{ key: "a", value: "b", effect: "NO_SCHEDULE" }] },
  });
  const resources = (): StoredResource[] => [...aws.account.store.all(), ...azure.store.all(), ...google.store.all()];
  return { aws, azure, aks, google, gke, resources, clusters: () => cloudClusters(resources()) };
}

export type Clouds = Awaited<ReturnType<typeof threeClouds>>;

/** Tokens with a clock that the test sets. */
export function tokensIn(folder: string) {
  const clock = { now: Date.parse("2026-01-01T00:00:00Z") };
  return { clock, tokens: new Tokens(join(folder, "tokens.key"), () => clock.now) };
}

export { T };
