import { wanRange } from "./addresses.ts";
import type { Cidr, Cloud, RegionPlan } from "./topology.ts";
import { WAN_PORT } from "./wanEntry.ts";

/** Where traffic may come from or go to. */
export type Peer =
  /** Pods of a namespace of ours or of the cluster: all, or those with one of these names (`app.kubernetes.io/name`). */
  | { namespace: string; pods?: string[] }
  /** Addresses outside the cluster. */
  | { cidr: Cidr; except?: Cidr[] };

export interface Allowance {
  peers: Peer[];
  /** Ports of the pod that is called, TCP but where said otherwise. */
  ports: (number | { port: number; protocol: "UDP" })[];
}

/** One NetworkPolicy. A direction that is absent is left to other policies; one that is empty allows nothing. */
export interface NetworkPolicyPlan {
  namespace: string;
  name: string;
  /** Names of the pods that it is about; all of the namespace if left out. */
  pods?: string[];
  ingress?: Allowance[];
  egress?: Allowance[];
}

/** Facts of a region that its policies follow from: the same that the mesh is planned from. */
export type NetworkPolicyFacts = Pick<RegionPlan, "cloud" | "addresses" | "peers" | "access">;

/** Ports as pods listen on them. */
const PORT = {
  http: 8080,
  metrics: 9090,
  stream: 9876,
  web: 8000,
  websecure: 8443,
  wan: 8444,
  internal: 8081,
  gatewayMetrics: 9100,
  rolloutsMetrics: 8090,
  webhook: 10_250,
} as const;

const DNS = { port: 53, protocol: "UDP" } as const;

const CLUSTER_DNS: Allowance = { peers: [{ namespace: "kube-system" }], ports: [DNS, DNS.port] };

/** Private ranges, and link-local ones with the machines' metadata: nothing that goes to the internet may end there. */
const NOT_INTERNET: Cidr[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

const INTERNET: Peer = { cidr: "0.0.0.0/0", except: NOT_INTERNET };

/** Where a pod with a cloud identity gets its credentials. Azure's come from the internet, for a token of the service account. */
const CREDENTIALS: Record<Cloud, Allowance[]> = {
  aws: [{ peers: [{ cidr: "169.254.170.23/32" }], ports: [80] }],
  azure: [],
  gcp: [
    { peers: [{ cidr: "169.254.169.252/32" }], ports: [988] },
    { peers: [{ cidr: "169.254.169.254/32" }], ports: [80] },
  ],
};

/** Every namespace of ours. Those of the cluster itself belong to the cloud. */
const OURS = ["argo-rollouts", "traefik", "cert-manager", "external-secrets", "monitoring", "dwcp", "ml"] as const;

const DWCP = ["dwcp-v3", "dwcp-v1"];

/**
 * Plans a region's NetworkPolicies: in each namespace nothing but DNS by default, and on top what each part needs. From the
 * internet only the two public entry points are reached, and from other regions the WAN entry point, by a policy for each
 * peer, so that a new region changes none that is there.
 */
export function planNetworkPolicies(region: NetworkPolicyFacts): NetworkPolicyPlan[] {
  return [
    ...OURS.flatMap((namespace) => [
      { namespace, name: "default-deny", ingress: [], egress: [] },
      { namespace, name: "dns", egress: [CLUSTER_DNS] },
    ]),
    ...gateway(region),
    ...controllers(region),
    ...monitoring(region),
    ...services(region),
    ...region.peers.flatMap(wanPeer),
  ];
}

/** How pods reach the API server, whose address is in the region or, where operators come from outside, a public one. */
function apiServer({ addresses, access }: NetworkPolicyFacts): Allowance {
  const inside: Peer[] = [{ cidr: addresses.network }, { cidr: addresses.services }];
  return { peers: "operatorCidrs" in access ? [...inside, INTERNET] : inside, ports: [443, 6443] };
}

/** Where calls of the API server come from: webhooks, and operators' calls through its proxy. Some clouds send them through an agent in kube-system. */
function fromApiServer({ addresses }: NetworkPolicyFacts): Peer[] {
  return [{ cidr: addresses.intra.range }, { cidr: addresses.controlPlane }, { namespace: "kube-system" }];
}

function gateway(region: NetworkPolicyFacts): NetworkPolicyPlan[] {
  const namespace = "traefik";
  return [
    {
      namespace,
      name: "public",
      ingress: [{ peers: [{ cidr: "0.0.0.0/0" }], ports: [PORT.web, PORT.websecure] }],
    },
    {
      namespace,
      name: "internal",
      ingress: [
        { peers: [{ namespace: "dwcp" }, { namespace: "ml" }, ...fromApiServer(region)], ports: [PORT.internal] },
        { peers: [{ namespace: "monitoring" }], ports: [PORT.gatewayMetrics] },
      ],
    },
    {
      namespace,
      name: "to-services",
      egress: [
        { peers: [{ namespace: "dwcp", pods: [...DWCP, "auth"] }], ports: [PORT.http] },
        { peers: [{ namespace: "ml" }], ports: [PORT.http] },
        apiServer(region),
      ],
    },
  ];
}

function controllers(region: NetworkPolicyFacts): NetworkPolicyPlan[] {
  const webhook: Allowance = { peers: fromApiServer(region), ports: [PORT.webhook] };
  const https: Allowance = { peers: [INTERNET], ports: [443] };
  return [
    {
      namespace: "argo-rollouts",
      name: "controller",
      ingress: [{ peers: [{ namespace: "monitoring" }], ports: [PORT.rolloutsMetrics] }],
      egress: [{ peers: [{ namespace: "monitoring" }], ports: [PORT.metrics] }, apiServer(region)],
    },
    // The certificate authority, and the zone in which it looks for proof.
    {
      namespace: "cert-manager",
      name: "controller",
      ingress: [webhook],
      egress: [apiServer(region), https, { peers: [INTERNET], ports: [DNS, DNS.port] }],
    },
    // The secret store: at a private endpoint in the region, or at the cloud's public address.
    {
      namespace: "external-secrets",
      name: "controller",
      ingress: [webhook],
      egress: [apiServer(region), https, ...CREDENTIALS[region.cloud]],
    },
  ];
}

function monitoring(region: NetworkPolicyFacts): NetworkPolicyPlan[] {
  const namespace = "monitoring";
  return [
    {
      namespace,
      name: "queries",
      ingress: [{ peers: [{ namespace: "argo-rollouts" }, ...fromApiServer(region)], ports: [PORT.metrics] }],
    },
    {
      namespace,
      name: "own",
      ingress: [{ peers: [{ namespace }], ports: [3000, 8080, 9090, 9093, 9094] }],
      egress: [{ peers: [{ namespace }], ports: [3000, 8080, 9090, 9093, 9094] }, apiServer(region)],
    },
    {
      namespace,
      name: "scraping",
      egress: [
        { peers: [{ namespace: "dwcp" }, { namespace: "ml" }], ports: [PORT.metrics] },
        { peers: [{ namespace: "traefik" }], ports: [PORT.gatewayMetrics] },
        { peers: [{ namespace: "argo-rollouts" }], ports: [PORT.rolloutsMetrics] },
      ],
    },
    // Whoever is to be told.
    { namespace, name: "alerts", pods: ["alertmanager"], egress: [{ peers: [INTERNET], ports: [443] }] },
  ];
}

function services(region: NetworkPolicyFacts): NetworkPolicyPlan[] {
  const scraped: Allowance = { peers: [{ namespace: "monitoring" }], ports: [PORT.metrics] };
  const called: Allowance = { peers: [{ namespace: "traefik" }], ports: [PORT.http] };
  return [
    { namespace: "dwcp", name: "metrics", ingress: [scraped] },
    { namespace: "ml", name: "metrics", ingress: [scraped] },
    { namespace: "ml", name: "inference", ingress: [called] },
    {
      namespace: "dwcp",
      name: "services",
      pods: DWCP,
      ingress: [called, { peers: [{ namespace: "dwcp" }], ports: [PORT.stream] }],
      egress: [
        { peers: [{ namespace: "dwcp", pods: ["dwcp-state"] }], ports: [PORT.http] },
        { peers: [{ namespace: "dwcp", pods: DWCP }], ports: [PORT.stream] },
        { peers: [{ namespace: "traefik" }], ports: [PORT.internal] },
      ],
    },
    {
      namespace: "dwcp",
      name: "state",
      pods: ["dwcp-state"],
      ingress: [{ peers: [{ namespace: "dwcp", pods: [...DWCP, "dwcp-state"] }], ports: [PORT.http] }],
      egress: [{ peers: [{ namespace: "dwcp", pods: ["dwcp-state"] }], ports: [PORT.http] }],
    },
    {
      namespace: "dwcp",
      name: "gate",
      pods: ["gate"],
      ingress: [{ peers: fromApiServer(region), ports: [PORT.http] }],
      egress: [apiServer(region)],
    },
    // Keys of the identity provider.
    {
      namespace: "dwcp",
      name: "auth",
      pods: ["auth"],
      ingress: [called],
      egress: [{ peers: [INTERNET], ports: [443] }],
    },
    // Background load calls the gateway, and holds streams to where its sessions lead.
    ...["dwcp", "ml"].map((namespace) => ({
      namespace,
      name: "load",
      pods: ["load"],
      egress: [{ peers: [{ namespace: "traefik" }], ports: [PORT.internal] }],
    })),
    {
      namespace: "dwcp",
      name: "load-streams",
      pods: ["load"],
      egress: [{ peers: [{ namespace: "dwcp", pods: DWCP }], ports: [PORT.stream] }],
    },
  ];
}

/** What one other region reaches, and is reached by: the WAN entry points. Nodes there may stand for their pods, so its whole range may call. */
function wanPeer({ region, cidr }: RegionPlan["peers"][number]): NetworkPolicyPlan[] {
  return [
    {
      namespace: "traefik",
      name: `wan-${region}`,
      ingress: [{ peers: [{ cidr }], ports: [PORT.wan] }],
    },
    {
      namespace: "dwcp",
      name: `wan-${region}`,
      pods: ["dwcp-v3"],
      egress: [{ peers: [{ cidr: wanRange(cidr) }], ports: [WAN_PORT] }],
    },
  ];
}
