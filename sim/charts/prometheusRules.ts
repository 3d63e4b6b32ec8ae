import { READ, type Rule } from "./manifests.ts";

/** What Prometheus finds its targets with (kube-prometheus-stack, templates/prometheus/clusterrole.yaml). */
export const PROMETHEUS_RULES: readonly Rule[] = [
  { apiGroups: [""], resources: ["nodes", "nodes/metrics", "services", "endpoints", "pods"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: READ },
  { nonResourceURLs: ["/metrics", "/metrics/cadvisor"], verbs: ["get"] },
];

const MONITORING = [
  "alertmanagers",
  "alertmanagerconfigs",
  "prometheuses",
  "prometheusagents",
  "thanosrulers",
  "scrapeconfigs",
  "servicemonitors",
  "podmonitors",
  "probes",
  "prometheusrules",
];

const WITH_STATUS = ["alertmanagers", "prometheuses", "prometheusagents", "thanosrulers"];

/** The operator's rights (kube-prometheus-stack, templates/prometheus-operator/clusterrole.yaml). */
export const OPERATOR_RULES: readonly Rule[] = [
  {
    apiGroups: ["monitoring.coreos.com"],
    resources: [...MONITORING, ...WITH_STATUS.flatMap((kind) => [`${kind}/finalizers`, `${kind}/status`])],
    verbs: ["*"],
  },
  { apiGroups: ["apps"], resources: ["statefulsets", "daemonsets"], verbs: ["*"] },
  { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["*"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete", "watch"] },
  {
    apiGroups: [""],
    resources: ["services", "services/finalizers", "endpoints"],
    verbs: ["get", "create", "update", "delete", "patch"],
  },
  { apiGroups: [""], resources: ["nodes"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["namespaces"], verbs: READ },
  { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["patch", "create"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get"] },
];
