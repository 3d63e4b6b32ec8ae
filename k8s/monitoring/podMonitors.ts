import type { PodMonitorSpec, Relabeling } from "../crds/monitoring.ts";
import { METRICS_LABEL, NAMESPACES } from "../platform/names.ts";

/** A label of the pod as a label of all its series. */
const fromPod = (label: string, targetLabel: string): Relabeling => ({
  sourceLabels: [`__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`],
  targetLabel,
});

/**
 * What Prometheus reads, beside its own parts. The operator adds `namespace` and `pod`.
 *
 * Two seconds for our own pods: five samples in the ten seconds that the recording rules look back. Labels that a series has
 * itself win, since the gate's verdicts name the service that they are about.
 */
export const POD_MONITORS: Record<string, PodMonitorSpec> = {
  novacron: {
    selector: { matchLabels: METRICS_LABEL },
    namespaceSelector: { matchNames: [NAMESPACES.dwcp, NAMESPACES.inference] },
    podMetricsEndpoints: [
      {
        port: "metrics",
        path: "/metrics",
        interval: "2s",
        scrapeTimeout: "1s",
        honorLabels: true,
        relabelings: [
          fromPod("rollouts-pod-template-hash", "pod_template_hash"),
          fromPod("app.kubernetes.io/name", "service"),
        ],
      },
    ],
  },
  traefik: {
    selector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
    namespaceSelector: { matchNames: [NAMESPACES.gateway] },
    podMetricsEndpoints: [{ port: "metrics", path: "/metrics", interval: "5s", scrapeTimeout: "4s" }],
  },
  "argo-rollouts": {
    selector: { matchLabels: { "app.kubernetes.io/name": "argo-rollouts" } },
    namespaceSelector: { matchNames: [NAMESPACES.rollouts] },
    podMetricsEndpoints: [{ port: "metrics", path: "/metrics", interval: "10s", scrapeTimeout: "5s" }],
  },
};
