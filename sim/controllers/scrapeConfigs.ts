import type { Endpoint, Monitor, Prometheus } from "./monitoringObjects.ts";
import {
  constant,
  copied,
  copiedIfSet,
  keep,
  MATCHED,
  type RelabelConfig,
  RUNNING,
  sanitized,
  selected,
  translated,
} from "./relabelings.ts";

/** Where a pod finds the way to its API server; the pod runtime puts the real path in its place. */
export const KUBECONFIG = "/var/run/secrets/novacron/kubeconfig";

type ScrapeConfig = Record<string, unknown>;

/** Jobs of a PodMonitor, one for each endpoint, as prometheus-operator generates them (promcfg.go, generatePodMonitorConfig). */
export function podMonitorJobs(monitor: Monitor, prometheus: Prometheus): ScrapeConfig[] {
  const { metadata, spec } = monitor;
  return (spec.podMetricsEndpoints ?? []).map((endpoint, index) => ({
    job_name: `podMonitor/${metadata.namespace}/${metadata.name}/${index}`,
    ...honors(endpoint),
    kubernetes_sd_configs: [discovery("pod", monitor)],
    ...requests(endpoint),
    relabel_configs: [
      FIRST,
      ...(endpoint.filterRunning === false ? [] : [RUNNING]),
      ...selected("pod", spec.selector),
      ...podPort(endpoint),
      copied("__meta_kubernetes_namespace", "namespace"),
      copied("__meta_kubernetes_pod_container_name", "container"),
      copied("__meta_kubernetes_pod_name", "pod"),
      ...podLabels(spec, prometheus),
      constant("job", `${metadata.namespace}/${metadata.name}`),
      ...jobLabel("pod", spec.jobLabel),
      ...endpointLabel(endpoint),
      ...translated(endpoint.relabelings),
    ],
    ...limits(monitor),
    ...metricRelabelings(endpoint),
  }));
}

/** Jobs of a ServiceMonitor (promcfg.go, generateServiceMonitorConfig). */
export function serviceMonitorJobs(monitor: Monitor, prometheus: Prometheus): ScrapeConfig[] {
  const { metadata, spec } = monitor;
  const role = endpointRole(spec.serviceDiscoveryRole ?? prometheus.spec.serviceDiscoveryRole);
  const meta = `__meta_kubernetes_${role === "endpoints" ? "endpoint" : role}`;
  const target = (kind: string, label: string): RelabelConfig => ({
    source_labels: [`${meta}_address_target_kind`, `${meta}_address_target_name`],
    separator: ";",
    regex: `${kind};(.*)`,
    replacement: MATCHED,
    target_label: label,
  });
  return (spec.endpoints ?? []).map((endpoint, index) => ({
    job_name: `serviceMonitor/${metadata.namespace}/${metadata.name}/${index}`,
    ...honors(endpoint),
    kubernetes_sd_configs: [discovery(role, monitor)],
    ...requests(endpoint),
    relabel_configs: [
      FIRST,
      ...selected("service", spec.selector),
      ...(endpoint.port ? [keep(`${meta}_port_name`, endpoint.port)] : podPort(endpoint)),
      target("Node", "node"),
      target("Pod", "pod"),
      copied("__meta_kubernetes_namespace", "namespace"),
      copied("__meta_kubernetes_service_name", "service"),
      copied("__meta_kubernetes_pod_name", "pod"),
      copied("__meta_kubernetes_pod_container_name", "container"),
      ...(endpoint.filterRunning === false ? [] : [RUNNING]),
      ...(spec.targetLabels ?? []).map((label) =>
        copiedIfSet(`__meta_kubernetes_service_label_${sanitized(label)}`, sanitized(label)),
      ),
      ...podLabels(spec, prometheus),
      { ...copied("__meta_kubernetes_service_name", "job"), replacement: MATCHED },
      ...jobLabel("service", spec.jobLabel),
      ...endpointLabel(endpoint),
      ...translated(endpoint.relabelings),
    ],
    ...limits(monitor),
    ...metricRelabelings(endpoint),
  }));
}

/** Keeps the name of the job for rules that come later. */
const FIRST = copied("job", "__tmp_prometheus_job_name");

export const endpointRole = (role: "Endpoints" | "EndpointSlice" = "Endpoints"): "endpoints" | "endpointslice" =>
  role === "EndpointSlice" ? "endpointslice" : "endpoints";

function discovery(role: string, { metadata, spec }: Monitor): object {
  const { any = false, matchNames = [] } = spec.namespaceSelector ?? {};
  const names = any ? [] : matchNames.length === 0 ? [metadata.namespace] : matchNames;
  return { role, kubeconfig_file: KUBECONFIG, ...(names.length > 0 && { namespaces: { names } }) };
}

const honors = ({ honorLabels = false, honorTimestamps }: Endpoint): object => ({
  honor_labels: honorLabels,
  ...(honorTimestamps !== undefined && { honor_timestamps: honorTimestamps }),
});

function requests({ interval, scrapeTimeout, path, params, scheme, followRedirects, enableHttp2 }: Endpoint): object {
  return {
    ...(interval && { scrape_interval: interval }),
    ...(scrapeTimeout && { scrape_timeout: scrapeTimeout }),
    ...(path && { metrics_path: path }),
    ...(params && { params }),
    ...(scheme && { scheme: scheme.toLowerCase() }),
    ...(followRedirects !== undefined && { follow_redirects: followRedirects }),
    ...(enableHttp2 !== undefined && { enable_http2: enableHttp2 }),
  };
}

function podPort({ port, portNumber, targetPort }: Endpoint): RelabelConfig[] {
  const name = port || (typeof targetPort === "string" ? targetPort : undefined);
  if (name) return [keep("__meta_kubernetes_pod_container_port_name", name)];
  const number = portNumber || targetPort;
  return number ? [keep("__meta_kubernetes_pod_container_port_number", number)] : [];
}

const podLabels = ({ podTargetLabels = [] }: Monitor["spec"], prometheus: Prometheus): RelabelConfig[] =>
  [...podTargetLabels, ...(prometheus.spec.podTargetLabels ?? [])].map((label) =>
    copiedIfSet(`__meta_kubernetes_pod_label_${sanitized(label)}`, sanitized(label)),
  );

const jobLabel = (role: "pod" | "service", label?: string): RelabelConfig[] =>
  label ? [copiedIfSet(`__meta_kubernetes_${role}_label_${sanitized(label)}`, "job")] : [];

function endpointLabel({ port, targetPort }: Endpoint): RelabelConfig[] {
  const name = port || targetPort;
  return name ? [constant("endpoint", String(name))] : [];
}

function limits({ spec: { sampleLimit, targetLimit, labelLimit, fallbackScrapeProtocol } }: Monitor): object {
  return {
    ...(sampleLimit && { sample_limit: sampleLimit }),
    ...(targetLimit && { target_limit: targetLimit }),
    ...(labelLimit && { label_limit: labelLimit }),
    ...(fallbackScrapeProtocol && { fallback_scrape_protocol: fallbackScrapeProtocol }),
  };
}

const metricRelabelings = ({ metricRelabelings }: Endpoint): object =>
  metricRelabelings && metricRelabelings.length > 0 ? { metric_relabel_configs: translated(metricRelabelings) } : {};
