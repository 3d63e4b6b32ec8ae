/** Names that the objects of a cluster use for each other. They are the same in every region. */

/** The namespaces of a cluster, one for each thing that has rights of its own. */
export const NAMESPACES = {
  rollouts: "argo-rollouts",
  gateway: "traefik",
  certificates: "cert-manager",
  secrets: "external-secrets",
  monitoring: "monitoring",
  dwcp: "dwcp",
  inference: "ml",
} as const;

export type Namespace = (typeof NAMESPACES)[keyof typeof NAMESPACES];

/** Priority classes, from what must stay to what goes first when nodes are short. */
export const PRIORITIES = {
  /** What a region cannot answer or roll back without: gateway, authentication, gate, controllers, state. */
  critical: "novacron-critical",
  /** The released services. */
  service: "novacron-service",
  /** Load and measurements: never at the cost of anything else. */
  background: "novacron-background",
} as const;

/** Encrypted zonal volumes, made where their pod is placed. */
export const STORAGE_CLASS = "novacron-encrypted";

/** Secret store of the region, for ExternalSecrets of any of our namespaces. */
export const SECRET_STORE = "region";

/** The Prometheus that analyses ask. */
export const PROMETHEUS_URL = `http://prometheus-operated.${NAMESPACES.monitoring}.svc:9090`;

/** Routes inside the cluster that no one outside reaches. */
export const INTERNAL_GATEWAY_URL = `http://traefik-internal.${NAMESPACES.gateway}.svc:8000`;

/** Labels of the gateway's pods, as the chart sets them. */
export const GATEWAY_PODS = { "app.kubernetes.io/name": "traefik" } as const;

/** Port of each of the gateway's entry points in its pods. */
export const ENTRY_POINT_PORTS = { web: 8000, websecure: 8443, wan: 8444, internal: 8081, metrics: 9100 } as const;

/** Label of pods whose `metrics` port Prometheus reads. */
export const METRICS_LABEL = { "novacron.io/metrics": "true" } as const;
