import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { CHARTS } from "../charts.ts";
import { PodMonitor, PrometheusRule } from "../crds/monitoring.ts";
import { NAMESPACES } from "../platform/names.ts";
import { release } from "../platform/release.ts";
import { ALERTS } from "./alerts.ts";
import { CANARY_PANELS, dashboard } from "./canaryDashboard.ts";
import { POD_MONITORS } from "./podMonitors.ts";
import { RECORDING_RULES } from "./recordingRules.ts";
import { monitoringValues } from "./values.ts";

const namespace = NAMESPACES.monitoring;

/** As often as pods are read. */
const RULES_INTERVAL = "2s";

/**
 * Prometheus, Alertmanager and Grafana of a region, with what canaries are judged by. Each region watches itself: a release
 * there must not depend on a link to another. Needs `Platform`.
 */
export class Monitoring extends ComponentResource {
  constructor(name: string, { region }: { region: string }, options?: ComponentResourceOptions) {
    super("novacron:monitoring:Monitoring", name, {}, options);
    const own = { parent: this };
    const stack = release(
      `${name}-stack`,
      { chart: CHARTS.kubePrometheusStack, namespace, values: monitoringValues(region) },
      own,
    );
    const after = { ...own, dependsOn: [stack] };
    for (const [monitor, spec] of Object.entries(POD_MONITORS)) {
      new PodMonitor(`${name}-${monitor}`, { metadata: { name: monitor, namespace }, spec }, after);
    }
    new PrometheusRule(
      `${name}-canary`,
      {
        metadata: { name: "canary", namespace },
        spec: {
          groups: [
            { name: "canary", interval: RULES_INTERVAL, rules: [...RECORDING_RULES] },
            { name: "alerts", interval: "10s", rules: [...ALERTS] },
          ],
        },
      },
      after,
    );
    new ConfigMap(
      `${name}-dashboard`,
      {
        metadata: { name: "dashboard-canary", namespace, labels: { grafana_dashboard: "1" } },
        data: { "canary.json": dashboard("canary", "Canary", CANARY_PANELS) },
      },
      own,
    );
    this.registerOutputs({});
  }
}
