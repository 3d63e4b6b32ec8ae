/** CPU and memory of a container. Memory is never overcommitted: a pod is ended for its own use alone, not for a neighbour's. */
export interface Resources {
  requests: { cpu: string; memory: string };
  limits: { cpu?: string; memory: string };
}

/** `resources("100m", "128Mi")`: that much is reserved; memory is also the limit, CPU may use what is idle. */
export const resources = (cpu: string, memory: string): Resources => ({
  requests: { cpu, memory },
  limits: { memory },
});

/** Which pods a constraint counts. */
interface Selector {
  labelSelector?: { matchLabels: Record<string, string> };
}

/**
 * Evenly over the zones, so that losing one loses its share and no more. Soft: a zone without room must not keep a pod from
 * running elsewhere.
 */
export const spreadOverZones = (matchLabels?: Record<string, string>) => [
  {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway" as const,
    ...selector(matchLabels),
  },
  {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway" as const,
    ...selector(matchLabels),
  },
];

const selector = (matchLabels: Record<string, string> | undefined): Selector =>
  matchLabels === undefined ? {} : { labelSelector: { matchLabels } };

/** A pod that meets Pod Security `restricted`. */
export const RESTRICTED_POD = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  fsGroup: 65_532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** A container that meets Pod Security `restricted` and writes to no disk but its volumes. */
export const RESTRICTED_CONTAINER = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
