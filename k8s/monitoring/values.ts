import { PRIORITIES, STORAGE_CLASS } from "../platform/names.ts";
import { RESTRICTED_CONTAINER, type Resources, resources } from "../platform/scheduling.ts";

interface Volume {
  volumeClaimTemplate: {
    spec: { storageClassName: string; accessModes: ["ReadWriteOnce"]; resources: { requests: { storage: string } } };
  };
}

/** What the operator is to run: values of Prometheus and Alertmanager that both have. */
interface Instance {
  replicas: number;
  retention: string;
  resources: Resources;
  priorityClassName: string;
}

/** What we set of kube-prometheus-stack's values. */
export interface MonitoringValues {
  defaultRules: { create: false };
  prometheusOperator: {
    admissionWebhooks: { enabled: false };
    tls: { enabled: false };
    resources: Resources;
    priorityClassName: string;
  };
  prometheus: {
    prometheusSpec: Instance & {
      scrapeInterval: string;
      evaluationInterval: string;
      retentionSize: string;
      externalLabels: Record<string, string>;
      podMonitorSelectorNilUsesHelmValues: false;
      serviceMonitorSelectorNilUsesHelmValues: false;
      ruleSelectorNilUsesHelmValues: false;
      storageSpec: Volume;
    };
  };
  alertmanager: { config: AlertmanagerConfig; alertmanagerSpec: Instance & { storage: Volume } };
  grafana: GrafanaValues;
  kubeStateMetrics: { enabled: false };
  nodeExporter: { enabled: false };
  kubeControllerManager: { enabled: false };
  kubeEtcd: { enabled: false };
  kubeScheduler: { enabled: false };
  kubeProxy: { enabled: false };
}

interface AlertmanagerConfig {
  route: Route & { routes: (Route & { matchers: string[] })[] };
  inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal: string[] }[];
  receivers: { name: string }[];
}

interface Route {
  receiver: string;
  group_by?: string[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
}

interface GrafanaValues {
  enabled: true;
  adminPassword: "";
  defaultDashboardsEnabled: false;
  rbac: { namespaced: true };
  testFramework: { enabled: false };
  resources: Resources;
  priorityClassName: string;
  sidecar: {
    securityContext: typeof RESTRICTED_CONTAINER;
    resources: Resources;
    dashboards: { enabled: true; label: string; labelValue: string };
    datasources: { enabled: true; uid: string; defaultDatasourceScrapeInterval: string };
  };
}

const volume = (storage: string): Volume => ({
  volumeClaimTemplate: {
    spec: { storageClassName: STORAGE_CLASS, accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  },
});

/** One receiver, which a team points at its own channel; what is critical comes at once and again every hour. */
const ALERTMANAGER: AlertmanagerConfig = {
  route: {
    receiver: "operators",
    group_by: ["alertname", "service"],
    group_wait: "30s",
    group_interval: "5m",
    repeat_interval: "12h",
    routes: [{ receiver: "operators", matchers: ['severity="critical"'], group_wait: "0s", repeat_interval: "1h" }],
  },
  inhibit_rules: [
    { source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: ["service"] },
  ],
  receivers: [{ name: "operators" }],
};

/**
 * Values of kube-prometheus-stack.
 *
 * - One Prometheus: two would answer an analysis from samples of different instants. Away for a restart, it makes stages wait
 *   and running canaries abort; its volume brings the past back.
 * - Rules are evaluated as often as pods are read, so that a fault shows within one interval of its first sample.
 * - No webhook: our rules are checked before they are applied, and a webhook that is down would hold up every change.
 * - The clouds run control plane and proxies themselves, and let nobody read their metrics.
 */
export const monitoringValues = (region: string): MonitoringValues => ({
  defaultRules: { create: false },
  prometheusOperator: {
    admissionWebhooks: { enabled: false },
    tls: { enabled: false },
    resources: resources("50m", "128Mi"),
    priorityClassName: PRIORITIES.critical,
  },
  prometheus: {
    prometheusSpec: {
      replicas: 1,
      scrapeInterval: "10s",
      evaluationInterval: "2s",
      retention: "7d",
      retentionSize: "15GB",
      externalLabels: { region },
      podMonitorSelectorNilUsesHelmValues: false,
      serviceMonitorSelectorNilUsesHelmValues: false,
      ruleSelectorNilUsesHelmValues: false,
      storageSpec: volume("20Gi"),
      resources: resources("500m", "2Gi"),
      priorityClassName: PRIORITIES.critical,
    },
  },
  alertmanager: {
    config: ALERTMANAGER,
    alertmanagerSpec: {
      replicas: 1,
      retention: "120h",
      storage: volume("2Gi"),
      resources: resources("50m", "128Mi"),
      priorityClassName: PRIORITIES.critical,
    },
  },
  grafana: {
    enabled: true,
    // Else the chart's own, which is the same everywhere and public; empty makes it draw one.
    adminPassword: "",
    defaultDashboardsEnabled: false,
    rbac: { namespaced: true },
    testFramework: { enabled: false },
    resources: resources("100m", "256Mi"),
    priorityClassName: PRIORITIES.service,
    sidecar: {
      securityContext: RESTRICTED_CONTAINER,
      resources: resources("20m", "128Mi"),
      dashboards: { enabled: true, label: "grafana_dashboard", labelValue: "1" },
      datasources: { enabled: true, uid: "prometheus", defaultDatasourceScrapeInterval: "2s" },
    },
  },
  kubeStateMetrics: { enabled: false },
  nodeExporter: { enabled: false },
  kubeControllerManager: { enabled: false },
  kubeEtcd: { enabled: false },
  kubeScheduler: { enabled: false },
  kubeProxy: { enabled: false },
});
