import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { KubernetesObject } from "../../client/client.ts";
import { CHARTS } from "../../k8s/charts.ts";

import { decoded, type Secret } from "../../sim/controllers/certManagerObjects.ts";
import { isTrue } from "../../sim/controllers/conditions.ts";
import type { Prometheus } from "../../sim/controllers/monitoringObjects.ts";
import {
  NAMESPACES,
  objectPath,
  POD_MONITORS,
  PROMETHEUS_RULES,
  PROMETHEUSES,
  SECRETS,
  SERVICE_MONITORS,
  SERVICES,
  STATEFUL_SETS,
} from "../../sim/controllers/paths.ts";
import { prometheusOperator } from "../../sim/controllers/prometheusOperator.ts";
import type { RunningRole } from "../../workload/role.ts";
import { toolsFolder } from "../apiServer.ts";
import { Cluster } from "./cluster.ts";

const NAME = "kube-prometheus-stack-prometheus";

let cluster: Cluster;
let controller: RunningRole;

interface Config {
  global: Record<string, unknown>;
  rule_files?: string[];
  scrape_configs: {
    job_name: string;
    honor_labels: boolean;
    kubernetes_sd_configs: { role: string; namespaces?: { names: string[] }; kubeconfig_file: string }[];
    relabel_configs: Record<string, unknown>[];
  }[];
}

before(async () => {
  cluster = await Cluster.start("kube-prometheus-stack");
  const off = { enabled: false };
  for (const namespace of ["monitoring", "dwcp"]) await cluster.create(NAMESPACES, { metadata: { name: namespace } });
  const values = {
    defaultRules: { create: false },
    kubeStateMetrics: off,
    nodeExporter: off,
    prometheus: {
      prometheusSpec: {
        scrapeInterval: "10s",
        externalLabels: { region: "aws-use1" },
        podMonitorSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
      },
    },
  };
  const account = "kube-prometheus-stack-operator";
  const client = await cluster.install(CHARTS.kubePrometheusStack, "monitoring", values, account);
  controller = await prometheusOperator(cluster.context({}, { client }));
});

after(async () => {
  await controller.stop();
  await cluster.stop();
});

const secretPath = objectPath(SECRETS, `prometheus-${NAME}`, "monitoring");
const configOf = (secret: Secret): Config => parse(decoded(secret, "prometheus.yaml") ?? "{}") as Config;
const jobs = (secret: Secret): string[] => configOf(secret).scrape_configs.map(({ job_name }) => job_name);

/** Has the real promtool judge a configuration and its rules. */
async function judged(secret: Secret): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "novacron-promtool-"));
  try {
    for (const file of Object.keys(secret.data ?? {})) writeFileSync(join(folder, file), decoded(secret, file) ?? "");
    const config = join(folder, "prometheus.yaml");
    // The file with the way to the API server is in pods alone.
    writeFileSync(config, (decoded(secret, "prometheus.yaml") ?? "").replace(/^ *kubeconfig_file: .*\n/gm, ""));
    const { stdout } = await promisify(execFile)(join(await toolsFolder(), "promtool"), ["check", "config", config]);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the pods that a PodMonitor selects are scraped with its labels, and the rules beside it are loaded", async () => {
  const monitor = {
    metadata: { name: "novacron" },
    spec: {
      selector: {
        matchLabels: { "novacron.io/metrics": "true" },
        matchExpressions: [{ key: "tier", operator: "NotIn", values: ["batch"] }],
      },
      namespaceSelector: { matchNames: ["dwcp", "ml"] },
      podMetricsEndpoints: [
        {
          port: "metrics",
          interval: "2s",
          scrapeTimeout: "1s",
          honorLabels: true,
          relabelings: [
            {
              sourceLabels: ["__meta_kubernetes_pod_label_rollouts_pod_template_hash"],
              targetLabel: "pod_template_hash",
            },
          ],
        },
      ],
    },
  };
  await cluster.create(POD_MONITORS, monitor, "monitoring");
  const groups = [
    { name: "canary", interval: "2s", rules: [{ record: "dwcp:requests:rate", expr: "sum(rate(a[10s]))" }] },
  ];
  await cluster.create(PROMETHEUS_RULES, { metadata: { name: "canary" }, spec: { groups } }, "dwcp");
  const secret = await cluster.until<Secret>(
    secretPath,
    (secret) => jobs(secret).includes("podMonitor/monitoring/novacron/0") && !!configOf(secret).rule_files,
  );
  const config = configOf(secret);
  const job = config.scrape_configs.find(({ job_name }) => job_name === "podMonitor/monitoring/novacron/0");
  assert.deepEqual(job?.kubernetes_sd_configs, [
    { role: "pod", kubeconfig_file: "/var/run/secrets/novacron/kubeconfig", namespaces: { names: ["dwcp", "ml"] } },
  ]);
  assert.equal(job?.honor_labels, true);
  const label = "__meta_kubernetes_pod_label_";
  const present = "__meta_kubernetes_pod_labelpresent_";
  assert.deepEqual(job?.relabel_configs, [
    { source_labels: ["job"], target_label: "__tmp_prometheus_job_name" },
    { action: "drop", source_labels: ["__meta_kubernetes_pod_phase"], regex: "(Failed|Succeeded)" },
    {
      action: "keep",
      source_labels: [`${label}novacron_io_metrics`, `${present}novacron_io_metrics`],
      regex: "(true);true",
    },
    { action: "drop", source_labels: [`${label}tier`, `${present}tier`], regex: "(batch);true" },
    { action: "keep", source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: "metrics" },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "container" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    { target_label: "job", replacement: "monitoring/novacron" },
    { target_label: "endpoint", replacement: "metrics" },
    { action: "replace", source_labels: [`${label}rollouts_pod_template_hash`], target_label: "pod_template_hash" },
  ]);
  assert.equal((config.global.external_labels as Record<string, string>).region, "aws-use1");
  const verdict = await judged(secret);
  assert.match(verdict, /1 rules found/);
  assert.match(verdict, /SUCCESS: .*prometheus\.yaml is valid/);
});

test("Prometheus runs as a StatefulSet behind the name that analyses ask, on its pod's own address", async () => {
  interface Workload extends KubernetesObject {
    spec: {
      serviceName: string;
      template: { spec: { serviceAccountName: string; containers: { args: string[]; image: string }[] } };
    };
  }
  const set = await cluster.until<Workload>(objectPath(STATEFUL_SETS, `prometheus-${NAME}`, "monitoring"), () => true);
  const { args = [] } = set.spec.template.spec.containers[0] ?? {};
  assert.ok(args.includes("--web.listen-address=$(POD_IP):9090"));
  assert.ok(args.includes("--storage.tsdb.retention.time=10d"));
  assert.equal(set.spec.serviceName, "prometheus-operated");
  assert.equal(set.spec.template.spec.serviceAccountName, NAME);
  for (const name of ["prometheus-operated", "alertmanager-operated"])
    await cluster.until(objectPath(SERVICES, name, "monitoring"), () => true);
  const waiting = await cluster.until<Prometheus>(objectPath(PROMETHEUSES, NAME, "monitoring"), ({ status }) =>
    isTrue(status?.conditions, "Reconciled"),
  );
  assert.equal(waiting.status?.conditions?.find(({ type }) => type === "Available")?.reason, "NoPodReady");

  await cluster.client.remove(secretPath);
  await cluster.until<Secret>(secretPath, (secret) => jobs(secret).length > 0);
});

test("ServiceMonitors of another release are left alone where the chart says so, and a monitor that goes is forgotten", async () => {
  const monitor = (release: string) => ({
    metadata: { name: release, labels: { release } },
    spec: { selector: {}, endpoints: [{ port: "http" }, { targetPort: 8081 }] },
  });
  await cluster.create(SERVICE_MONITORS, monitor("kube-prometheus-stack"), "dwcp");
  await cluster.create(SERVICE_MONITORS, monitor("other"), "dwcp");
  const secret = await cluster.until<Secret>(secretPath, (secret) =>
    jobs(secret).includes("serviceMonitor/dwcp/kube-prometheus-stack/1"),
  );
  assert.ok(!jobs(secret).some((job) => job.includes("/other/")));
  assert.match(await judged(secret), /SUCCESS/);
  await cluster.client.remove(objectPath(SERVICE_MONITORS, "kube-prometheus-stack", "dwcp"));
  await cluster.until<Secret>(
    secretPath,
    (secret) => !jobs(secret).some((job) => job.includes("serviceMonitor/dwcp/")),
  );
});

test("Alertmanager's configuration is the chart's", async () => {
  const path = objectPath(SECRETS, "alertmanager-kube-prometheus-stack-alertmanager-generated", "monitoring");
  const secret = await cluster.until<Secret>(path, (secret) => decoded(secret, "alertmanager.yaml") !== undefined);
  const config = parse(decoded(secret, "alertmanager.yaml") ?? "") as Record<string, Record<string, unknown>>;
  assert.equal(config.route?.receiver, "null");
  assert.deepEqual(config.receivers, [{ name: "null" }]);
});
