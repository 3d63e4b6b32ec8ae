import { planAddresses } from "../../infra/plan/addresses.ts";
import { reservedInsideAddresses } from "../../infra/plan/mesh.ts";
import type { AzureRegionPlan, NodePoolPlan } from "../../infra/plan/topology.ts";
import { type Recorded, record, recorded } from "../recorded.ts";

/** Azure's own resources of a kind, such as `network:Subnet`. */
export const ofType = (kind: string): Recorded[] => recorded.filter(({ type }) => type === `azure-native:${kind}`);

/** The only resource of a kind. */
export function only(kind: string): Record<string, unknown> {
  const [first, ...others] = ofType(kind);
  if (first === undefined || others.length > 0)
    throw new Error(`${kind}: ${others.length + (first ? 1 : 0)} were made, not one`);
  return first.inputs;
}

const issued = Buffer.from("clusters:\n- cluster:\n    certificate-authority-data: Q0E=\n").toString("base64");

/** What Azure would answer, as far as components read it. */
const answers: Record<string, Record<string, unknown>> = {
  ManagedCluster: { fqdn: "aks.example", oidcIssuerProfile: { issuerURL: "https://issuer.example/" } },
  Vault: { properties: { vaultUri: "https://vault.example/" } },
  StorageAccount: { primaryEndpoints: { blob: "https://account.example/" } },
};

let addresses = 0;

await record({
  id: (name) => `/id/${name}`,
  answer: ({ kind, name, inputs }) => {
    if (kind === "PublicIPAddress") addresses += 1;
    return {
      ipAddress: `203.0.113.${addresses}`,
      principalId: `principal of ${name}`,
      ...inputs,
      name,
      ...answers[kind],
    };
  },
  call: ({ token }) => {
    if (token.endsWith("listManagedClusterUserCredentials"))
      return { kubeconfigs: [{ name: "clusterUser", value: issued }] };
    throw new Error(`a component looked something up: ${token}`);
  },
});

const pool = (name: NodePoolPlan["name"]): NodePoolPlan => ({
  name,
  machineType: "Standard_D4s_v5",
  minSize: 3,
  maxSize: 8,
  diskGiB: 128,
  labels: { "novacron.io/pool": name },
  taints: name === "inference" ? [{ key: "novacron.io/pool", value: name, effect: "NoSchedule" }] : [],
});

/** A region as the planners give it. */
export function regionPlan(changes: Partial<AzureRegionPlan> = {}): AzureRegionPlan {
  const number = changes.number ?? 2;
  return {
    name: "azr-weu",
    number,
    cloud: "azure",
    location: "westeurope",
    zones: ["1", "2", "3"],
    addresses: planAddresses("10.4.0.0/15", ["1", "2", "3"], "azure"),
    asn: 64602,
    peers: [
      { region: "aws-use1", number: 1, cidr: "10.2.0.0/15" },
      { region: "gcp-aso1", number: 3, cidr: "10.6.0.0/15" },
    ],
    access: { via: "vpn" },
    nat: "per-zone",
    dataPlane: "standard",
    kubernetesVersion: "1.35",
    nodePools: [pool("system"), pool("workload"), pool("inference")],
    logDays: 90,
    tags: { project: "novacron", stack: "staging", region: "azr-weu", owner: "platform-team", "cost-center": "dwcp" },
    protect: false,
    privateZone: "azr-weu.internal.staging.novacron.example",
    reservedInsideAddresses: reservedInsideAddresses({ number, cloud: "azure" }, 8),
    account: {
      subscriptionId: "11111111-1111-1111-1111-111111111111",
      tenantId: "22222222-2222-2222-2222-222222222222",
    },
    ...changes,
  };
}
