import { z } from "zod";
import { absent, anything, disruptionBudget, resources, scheduling, serviceAccount, texts } from "./podValues.ts";

/** What Prometheus and Alertmanager have in common as custom resources; handed to the operator as it is. */
const instance = {
  replicas: z.int().nonnegative().default(1),
  retention: z.string().optional(),
  logLevel: z.string().default("info"),
  logFormat: z.string().optional(),
  resources: resources.default({}),
  externalUrl: z.string().optional(),
  additionalArgs: z.array(z.strictObject({ name: z.string(), value: z.string().optional() })).optional(),
  podMetadata: anything.optional(),
  podAntiAffinity: z.enum(["", "soft", "hard"]).optional(),
  podAntiAffinityTopologyKey: z.string().optional(),
  securityContext: anything.optional(),
  minReadySeconds: z.int().optional(),
  ...scheduling,
};

/** Which objects are taken: with `true`, those labelled with the release; with `false`, all when there is no selector. */
const selection = <Name extends string>(...names: Name[]) => {
  const known = names.flatMap((name) => [
    [`${name}Selector`, anything.optional()],
    [`${name}NamespaceSelector`, anything.optional()],
    [`${name}SelectorNilUsesHelmValues`, z.boolean().default(true)],
  ]);
  return Object.fromEntries(known) as unknown as Record<
    `${Name}Selector` | `${Name}NamespaceSelector`,
    z.ZodOptional<typeof anything>
  > &
    Record<`${Name}SelectorNilUsesHelmValues`, z.ZodDefault<z.ZodBoolean>>;
};

const monitored = z
  .strictObject({ selfMonitor: z.boolean().default(true), interval: z.string().default("") })
  .prefault({});

const prometheusSpec = z
  .strictObject({
    ...instance,
    retention: z.string().default("10d"),
    retentionSize: z.string().optional(),
    scrapeInterval: z.string().optional(),
    scrapeTimeout: z.string().optional(),
    evaluationInterval: z.string().optional(),
    externalLabels: texts.optional(),
    enableAdminAPI: z.boolean().default(false),
    walCompression: z.boolean().default(true),
    scrapeClasses: z.array(anything).optional(),
    enforcedSampleLimit: z.int().optional(),
    storageSpec: anything.optional(),
    query: anything.optional(),
    serviceDiscoveryRole: z.enum(["Endpoints", "EndpointSlice"]).optional(),
    ...selection("rule", "serviceMonitor", "podMonitor"),
    ...selection("probe", "scrapeConfig"),
  })
  .prefault({});

const alertmanagerSpec = z
  .strictObject({
    ...instance,
    retention: z.string().default("120h"),
    storage: anything.optional(),
  })
  .prefault({});

const off = { ...absentParts(["kubeApiServer", "kubelet", "kubeControllerManager", "coreDns", "kubeDns", "kubeEtcd"]) };

/** Parts of the chart that have nothing to watch or to run here. */
function absentParts<Name extends string>(names: readonly Name[]): Record<Name, ReturnType<typeof absent>> {
  return Object.fromEntries(names.map((name) => [name, absent("enabled")])) as Record<Name, ReturnType<typeof absent>>;
}

export const kubePrometheusStackValues = z.strictObject({
  nameOverride: z.string().default(""),
  fullnameOverride: z.string().default(""),
  commonLabels: texts.default({}),
  crds: z.strictObject({ enabled: z.boolean().default(true), upgradeJob: absent("enabled") }).prefault({}),
  defaultRules: z.looseObject({ create: z.literal(false, "the chart's own rules are not simulated: set it to false") }),
  prometheusOperator: z
    .strictObject({
      enabled: z.literal(true).optional(),
      admissionWebhooks: absent("enabled"),
      tls: absent("enabled"),
      resources: resources.default({}),
      logLevel: z.string().optional(),
      logFormat: z.string().optional(),
      serviceAccount,
      serviceMonitor: absent("selfMonitor"),
      prometheusConfigReloader: anything.optional(),
      podLabels: texts.default({}),
      ...scheduling,
    })
    .prefault({}),
  prometheus: z
    .strictObject({
      enabled: z.boolean().default(true),
      serviceAccount,
      serviceMonitor: monitored,
      podDisruptionBudget: disruptionBudget,
      prometheusSpec,
      agentMode: z.literal(false).optional(),
    })
    .prefault({}),
  alertmanager: z
    .strictObject({
      enabled: z.boolean().default(true),
      serviceAccount,
      serviceMonitor: monitored,
      podDisruptionBudget: disruptionBudget,
      /** Alertmanager's own configuration. */
      config: anything.default({
        route: {
          receiver: "null",
          group_by: ["namespace"],
          group_wait: "30s",
          group_interval: "5m",
          repeat_interval: "12h",
        },
        receivers: [{ name: "null" }],
      }),
      alertmanagerSpec,
    })
    .prefault({}),
  /** Grafana has no program here: its values are checked by the real chart alone. */
  grafana: absent("enabled"),
  kubeStateMetrics: z.strictObject({
    enabled: z.literal(false, "kube-state-metrics has no program here: set it to false"),
  }),
  nodeExporter: z.strictObject({ enabled: z.literal(false, "the node exporter has no program here: set it to false") }),
  ...off,
  ...absentParts(["kubeScheduler", "kubeProxy", "kubernetesServiceMonitors", "windowsMonitoring", "thanosRuler"]),
});

export type KubePrometheusStackValues = z.infer<typeof kubePrometheusStackValues>;
