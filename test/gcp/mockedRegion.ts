import type { GcpRegionPlan, VpnLink } from "../../infra/plan/topology.ts";
import { type Recorded, record, recorded } from "../recorded.ts";

/** Resources of Google's own, and providers; our components have the same kinds of names. */
export const ofType = (kind: string): Recorded[] =>
  recorded.filter(({ type }) => type.endsWith(`:${kind}`) && !type.startsWith("novacron:"));

/** What Google would answer, as far as components read it. */
const answers: Record<string, Record<string, unknown>> = {
  ServiceIdentity: {
    email: "service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com",
    member: "serviceAccount:service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com",
  },
  HaVpnGateway: {
    vpnInterfaces: [
      { id: 1, ipAddress: "198.51.100.2" },
      { id: 0, ipAddress: "198.51.100.1" },
    ],
  },
  Cluster: { endpoint: "10.6.193.2", masterAuth: { clusterCaCertificate: "Q0E=" } },
};

await record({
  answer: ({ kind, name, inputs }) => ({
    name,
    selfLink: `https://www.googleapis.com/compute/v1/${name}`,
    email: `${name}@test`,
    ...inputs,
    ...answers[kind],
  }),
});

/** A region as the planners give it. */
export function regionPlan(changes: Partial<GcpRegionPlan> = {}): GcpRegionPlan {
  const pool = (name: "system" | "workload" | "inference") => ({
    name,
    machineType: "n2-standard-4",
    minSize: 3,
    maxSize: 9,
    diskGiB: 128,
    labels: { "novacron.io/pool": name },
    taints: name === "inference" ? [{ key: "novacron.io/pool", value: name, effect: "NoSchedule" as const }] : [],
  });
  return {
    name: "gcp-aso1",
    number: 3,
    cloud: "gcp",
    location: "asia-south1",
    zones: ["asia-south1-a", "asia-south1-b"],
    addresses: {
      region: "10.6.0.0/15",
      network: "10.6.0.0/16",
      pods: "10.7.0.0/17",
      services: "10.7.128.0/18",
      public: { range: "10.6.128.0/19", zones: {} },
      private: { range: "10.6.0.0/17", zones: {} },
      intra: { range: "10.6.160.0/19", zones: {} },
      wan: { range: "10.6.194.0/25", zones: {} },
      gateway: "10.6.192.0/24",
      controlPlane: "10.6.193.0/28",
    },
    asn: 64603,
    peers: [{ region: "aws-use1", number: 1, cidr: "10.2.0.0/15" }],
    access: { via: "runner" },
    nat: "per-zone",
    dataPlane: "cilium",
    kubernetesVersion: "1.35",
    nodePools: [pool("system"), pool("workload"), pool("inference")],
    logDays: 90,
    tags: { project: "novacron", stack: "staging", region: "gcp-aso1", owner: "platform-team", "cost-center": "dwcp" },
    protect: false,
    privateZone: "gcp-aso1.internal.staging.novacron.example",
    reservedInsideAddresses: [],
    account: { project: "novacron-staging" },
    ...changes,
  };
}

/** A link whose end here is `gcp-aso1`, with as many tunnels as the other cloud has addresses. */
export function vpnLink(other: "aws" | "azure"): VpnLink {
  const gcp = { region: "gcp-aso1", cloud: "gcp" as const, asn: 64603, cidr: "10.6.0.0/15" };
  const aws = { region: "aws-use1", cloud: "aws" as const, asn: 64601, cidr: "10.2.0.0/15" };
  const azure = { region: "azr-weu", cloud: "azure" as const, asn: 64602, cidr: "10.4.0.0/15" };
  const count = other === "aws" ? 4 : 2;
  return {
    kind: "vpn",
    name: other === "aws" ? "aws-use1--gcp-aso1" : "gcp-aso1--azr-weu",
    ends: other === "aws" ? [aws, gcp] : [gcp, azure],
    tunnels: Array.from({ length: count }, (_, index) => ({
      name: `${other}-${index}`,
      inside: `169.254.21.${index * 4}/30`,
      insideAddresses: [`169.254.21.${index * 4 + 1}`, `169.254.21.${index * 4 + 2}`],
      interfaces: other === "aws" ? [Math.floor(index / 2), Math.floor(index / 2)] : [index, index],
    })),
  };
}
