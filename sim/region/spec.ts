/** What the simulated cloud tells a region's control plane about its cluster. */
export interface RegionSpec {
  /** The cluster's own name in its cloud; unique over the simulation, and the name of its folder. */
  cluster: string;
  cloud: "aws" | "azure" | "gcp";
  /** The cloud's name of the place, such as `us-east-1`. */
  location: string;
  /** Range of cluster addresses; the tenth is the cluster's DNS server. */
  serviceRange: string;
  /** Range of pod addresses. */
  podRange: string;
  /** Range of node addresses. */
  nodeRange: string;
  /** Names and addresses that the API server's certificate is valid for, such as `ABC.gr7.us-east-1.eks.amazonaws.com`. */
  serverNames: string[];
  /** Issuer of service account tokens, as the cloud publishes it. */
  serviceAccountIssuer: string;
  pools: NodePoolSpec[];
}

export interface NodePoolSpec {
  name: string;
  /** Nodes by zone name; the value of `topology.kubernetes.io/zone`. */
  nodes: Record<string, number>;
  instanceType: string;
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: string }[];
  /** What one node offers. */
  cpus: number;
  memoryGiB: number;
}

/** The processes of a region that an operator can stop and start by name. */
export const CONTROL_PLANE = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

/** Files in a region's folder, `<simulator's folder>/regions/<cluster>/`. Unix sockets cross network namespaces. */
export const REGION_FILES = {
  /** The spec; read at start. */
  spec: "spec.json",
  /** HTTP API of the region (see `control.ts`), and HTTP CONNECT to any `address:port` inside its network. */
  socket: "region.sock",
  /** Certificates and keys; outlive restarts. */
  pki: "pki",
  logs: "logs",
  data: "data",
} as const;

/**
 * Unix socket in the simulator's folder, by which regions reach what lies outside them: HTTP API of the clouds (tokens,
 * addresses, secrets; see `sim/outside.ts`), and HTTP CONNECT to any public `name:port` and to addresses of other regions.
 */
export const OUTSIDE_SOCKET = "outside.sock";

export interface RegionStatus {
  cluster: string;
  /** API server answers, DNS and controllers run, every wanted node is there. */
  ready: boolean;
  /** Why it is not ready; empty when it is. */
  waitingFor: string[];
  processes: {
    name: string;
    /** As the host sees it; undefined while it does not run. */
    pid?: number;
    state: "starting" | "running" | "stopped" | "restarting";
    restarts: number;
    /** Resident memory. */
    mebibytes?: number;
  }[];
}
