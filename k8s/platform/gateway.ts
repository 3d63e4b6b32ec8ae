import type { Input } from "@pulumi/pulumi";
import { ENTRY_POINT_PORTS, NAMESPACES, PRIORITIES } from "./names.ts";
import { type Resources, resources, spreadOverZones } from "./scheduling.ts";

/** What we set of an entry point. */
interface EntryPointValues {
  port: number;
  /** Port of the load balancer; the entry point is not on it if left out. */
  exposedPort?: number;
  expose: { default: boolean };
  http?: {
    redirections?: { entryPoint: { to: string; scheme: "https"; permanent: boolean } };
    tls?: { enabled: boolean };
    maxHeaderBytes?: number;
  };
  transport?: {
    respondingTimeouts: { readTimeout: string; writeTimeout: string; idleTimeout: string };
    lifeCycle: { requestAcceptGraceTimeout: string; graceTimeOut: string };
  };
}

/** What we set of the chart's values. */
export interface TraefikValues {
  deployment: { replicas: number; terminationGracePeriodSeconds: number; podLabels: Record<string, string> };
  ports: Record<"web" | "websecure" | "wan" | "internal" | "metrics", EntryPointValues>;
  providers: {
    kubernetesCRD: {
      enabled: true;
      allowCrossNamespace: false;
      allowEmptyServices: true;
      namespaces: string[];
    };
    kubernetesIngress: { enabled: false };
  };
  service: { annotations: Record<string, Input<string>>; spec: { externalTrafficPolicy: "Local" } };
  ingressClass: { enabled: false };
  ingressRoute: { dashboard: { enabled: false } };
  api: { dashboard: false };
  global: { checkNewVersion: false; sendAnonymousUsage: false };
  logs: { general: { level: "INFO"; format: "json" }; access: { enabled: false } };
  metrics: {
    prometheus: {
      entryPoint: "metrics";
      addEntryPointsLabels: true;
      addRoutersLabels: true;
      addServicesLabels: true;
      buckets: string;
    };
  };
  additionalArguments: string[];
  podDisruptionBudget: { enabled: true; minAvailable: number };
  topologySpreadConstraints: ReturnType<typeof spreadOverZones>;
  priorityClassName: string;
  resources: Resources;
}

/** A request has 30 s in all; what takes longer goes over DWCP's own streams. */
const RESPONDING_TIMEOUTS = { readTimeout: "30s", writeTimeout: "30s", idleTimeout: "90s" };

/** A stopping gateway still accepts for the 10 s that load balancers need to notice, then finishes what runs. */
const LIFE_CYCLE = { requestAcceptGraceTimeout: "10s", graceTimeOut: "30s" };

const TRANSPORT = { respondingTimeouts: RESPONDING_TIMEOUTS, lifeCycle: LIFE_CYCLE };

const hidden = (port: number): EntryPointValues => ({ port, expose: { default: false } });

const exposed = (port: number, exposedPort: number, http: EntryPointValues["http"]): EntryPointValues => ({
  port,
  exposedPort,
  expose: { default: true },
  ...(http && { http }),
  transport: TRANSPORT,
});

/** Headers larger than this are refused with 431: a token has 2 KiB. */
const TLS = { tls: { enabled: true }, maxHeaderBytes: 32_768 };

/**
 * Arguments for what the chart has no value for.
 *
 * - 200 ms: how long Traefik may gather changes before it applies them. Its default of 2 s would be most of a rollback.
 * - Pods that are gone without a word are noticed by the dial timeout of 1 s, and `retry` goes on with another. 10 s without
 *   a response header is an error of the service, not of the network.
 */
const ARGUMENTS = [
  "--providers.providersThrottleDuration=200ms",
  "--serversTransport.forwardingTimeouts.dialTimeout=1s",
  "--serversTransport.forwardingTimeouts.responseHeaderTimeout=10s",
  "--serversTransport.maxIdleConnsPerHost=200",
];

/** Seconds; NovaCron's promises are at 50 and 100 ms. */
const BUCKETS = "0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10";

/**
 * Traefik's values.
 *
 * - `allowEmptyServices`: a canary whose pods all crashed has no endpoints; without this the whole weighted service, stable
 *   included, would be refused.
 * - No Ingress provider and no dashboard: routes are our own custom resources, and weights are read from the cluster.
 * - `externalTrafficPolicy: Local` keeps the caller's address, which rate limits and network policies go by.
 */
export const traefikValues = (replicas: number, loadBalancer: Record<string, Input<string>>): TraefikValues => ({
  deployment: { replicas, terminationGracePeriodSeconds: 60, podLabels: { "novacron.io/part": "gateway" } },
  ports: {
    web: exposed(ENTRY_POINT_PORTS.web, 80, {
      redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } },
    }),
    websecure: exposed(ENTRY_POINT_PORTS.websecure, 443, TLS),
    // On a load balancer of its own, which the internet does not reach (wanEntry.ts).
    wan: { ...hidden(ENTRY_POINT_PORTS.wan), http: TLS, transport: TRANSPORT },
    internal: hidden(ENTRY_POINT_PORTS.internal),
    metrics: hidden(ENTRY_POINT_PORTS.metrics),
  },
  providers: {
    kubernetesCRD: {
      enabled: true,
      allowCrossNamespace: false,
      allowEmptyServices: true,
      namespaces: [NAMESPACES.gateway, NAMESPACES.dwcp, NAMESPACES.inference],
    },
    kubernetesIngress: { enabled: false },
  },
  service: { annotations: loadBalancer, spec: { externalTrafficPolicy: "Local" } },
  ingressClass: { enabled: false },
  ingressRoute: { dashboard: { enabled: false } },
  api: { dashboard: false },
  global: { checkNewVersion: false, sendAnonymousUsage: false },
  logs: { general: { level: "INFO", format: "json" }, access: { enabled: false } },
  metrics: {
    prometheus: {
      entryPoint: "metrics",
      addEntryPointsLabels: true,
      addRoutersLabels: true,
      addServicesLabels: true,
      buckets: BUCKETS,
    },
  },
  additionalArguments: ARGUMENTS,
  podDisruptionBudget: { enabled: true, minAvailable: replicas - 1 },
  topologySpreadConstraints: spreadOverZones({ "app.kubernetes.io/name": "traefik" }),
  priorityClassName: PRIORITIES.critical,
  resources: resources("250m", "256Mi"),
});
