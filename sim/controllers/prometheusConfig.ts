import { stringify } from "yaml";
import type { AlertmanagerEndpoint, Monitor, Prometheus, PrometheusRule } from "./monitoringObjects.ts";
import { keep } from "./relabelings.ts";
import { endpointRole, KUBECONFIG, podMonitorJobs, serviceMonitorJobs } from "./scrapeConfigs.ts";

export interface PrometheusInputs {
  prometheus: Prometheus;
  podMonitors: readonly Monitor[];
  serviceMonitors: readonly Monitor[];
  rules: readonly PrometheusRule[];
}

export const PROMETHEUS_FILE = "prometheus.yaml";

/** By namespace and name, so that the same objects always make the same file. */
const inOrder = <Item extends { metadata: { namespace?: string; name: string } }>(items: readonly Item[]): Item[] =>
  [...items].sort((a, b) =>
    `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1,
  );

/**
 * Prometheus's configuration and its rule files, by file name, all for one folder. The operator puts rules into volumes of
 * their own; here they lie beside the configuration, which names them without a path.
 */
export function prometheusFiles(inputs: PrometheusInputs): Record<string, string> {
  const rules = inOrder(inputs.rules).map(
    ({ metadata, spec }) =>
      [
        `rules-${metadata.namespace}-${metadata.name}-${metadata.uid}.yaml`,
        stringify({ groups: spec.groups ?? [] }),
      ] as const,
  );
  const config = prometheusConfig(
    inputs,
    rules.map(([file]) => file),
  );
  // Anchors would make the file hard to read for people.
  return { [PROMETHEUS_FILE]: stringify(config, { aliasDuplicateObjects: false }), ...Object.fromEntries(rules) };
}

function prometheusConfig({ prometheus, podMonitors, serviceMonitors }: PrometheusInputs, ruleFiles: string[]): object {
  const { metadata, spec } = prometheus;
  const alertmanagers = (spec.alerting?.alertmanagers ?? []).map((endpoint) => alertmanager(endpoint, prometheus));
  return {
    global: {
      scrape_interval: spec.scrapeInterval ?? "30s",
      ...(spec.scrapeTimeout && { scrape_timeout: spec.scrapeTimeout }),
      external_labels: {
        prometheus: `${metadata.namespace}/${metadata.name}`,
        // Prometheus itself puts its environment in here.
        // biome-ignore lint/suspicious/noTemplateCurlyInString: for Prometheus to expand
        prometheus_replica: "${POD_NAME}",
        ...spec.externalLabels,
      },
      evaluation_interval: spec.evaluationInterval ?? "30s",
    },
    ...(ruleFiles.length > 0 && { rule_files: ruleFiles }),
    scrape_configs: [
      ...inOrder(serviceMonitors).flatMap((monitor) => serviceMonitorJobs(monitor, prometheus)),
      ...inOrder(podMonitors).flatMap((monitor) => podMonitorJobs(monitor, prometheus)),
    ],
    ...(alertmanagers.length > 0 && {
      alerting: {
        alert_relabel_configs: [{ action: "labeldrop", regex: "prometheus_replica" }],
        alertmanagers,
      },
    }),
  };
}

function alertmanager(endpoint: AlertmanagerEndpoint, { metadata, spec }: Prometheus): object {
  const { namespace = metadata.namespace, name, port, scheme, pathPrefix, timeout, apiVersion } = endpoint;
  const role = endpointRole(spec.serviceDiscoveryRole);
  const portLabel =
    role === "endpoints" ? "__meta_kubernetes_endpoint_port_name" : "__meta_kubernetes_endpointslice_port_name";
  return {
    ...(scheme && { scheme: scheme.toLowerCase() }),
    ...(pathPrefix && { path_prefix: pathPrefix }),
    ...(timeout && { timeout }),
    kubernetes_sd_configs: [{ role, kubeconfig_file: KUBECONFIG, namespaces: { names: [namespace] } }],
    ...(apiVersion && { api_version: apiVersion.toLowerCase() }),
    relabel_configs: [
      keep("__meta_kubernetes_service_name", name),
      typeof port === "string" ? keep(portLabel, port) : keep("__meta_kubernetes_pod_container_port_number", port),
    ],
  };
}
