import type { Alertmanager, Prometheus } from "./monitoringObjects.ts";
import { type Application, objectName } from "./monitoringWorkload.ts";
import { PROMETHEUS_FILE } from "./prometheusConfig.ts";

export const ALERTMANAGER_FILE = "alertmanager.yaml";

/** Versions as set-up builds them. */
const PROMETHEUS_VERSION = "v3.12.0";
const ALERTMANAGER_VERSION = "v0.28.1";

const logging = ({ logLevel, logFormat }: { logLevel?: string; logFormat?: string }): string[] => [
  ...(logLevel && logLevel !== "info" ? [`--log.level=${logLevel}`] : []),
  ...(logFormat ? [`--log.format=${logFormat}`] : []),
];

/** Prometheus, with the operator's arguments, and with what keeps it small: three of them run beside three control planes. */
export function prometheusApplication({ spec }: Prometheus): Application {
  const { version = PROMETHEUS_VERSION, retention, retentionSize, query = {}, externalUrl } = spec;
  return {
    name: "prometheus",
    image: `quay.io/prometheus/prometheus:${version}`,
    port: 9090,
    configPath: "/etc/prometheus/config",
    dataPath: "/prometheus",
    args: [
      `--config.file=/etc/prometheus/config/${PROMETHEUS_FILE}`,
      "--web.listen-address=$(POD_IP):9090",
      "--web.enable-lifecycle",
      "--web.route-prefix=/",
      ...(externalUrl ? [`--web.external-url=${externalUrl}`] : []),
      ...(spec.enableAdminAPI ? ["--web.enable-admin-api"] : []),
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${retention ?? "24h"}`,
      ...(retentionSize ? [`--storage.tsdb.retention.size=${retentionSize}`] : []),
      ...(spec.walCompression === false ? ["--no-storage.tsdb.wal-compression"] : []),
      ...(query.lookbackDelta ? [`--query.lookback-delta=${query.lookbackDelta}`] : []),
      ...(query.maxConcurrency ? [`--query.max-concurrency=${query.maxConcurrency}`] : []),
      ...(query.maxSamples ? [`--query.max-samples=${query.maxSamples}`] : []),
      ...(query.timeout ? [`--query.timeout=${query.timeout}`] : []),
      ...logging(spec),
    ],
    env: [{ name: "GOMEMLIMIT", value: "256MiB" }],
  };
}

/** Alertmanager; several replicas find each other by name. */
export function alertmanagerApplication(instance: Alertmanager): Application {
  const { version = ALERTMANAGER_VERSION, retention, externalUrl, replicas = 1 } = instance.spec;
  const peers = Array.from(
    { length: replicas },
    (_, index) => `--cluster.peer=${objectName("alertmanager", instance)}-${index}.alertmanager-operated:9094`,
  );
  return {
    name: "alertmanager",
    image: `quay.io/prometheus/alertmanager:${version}`,
    port: 9093,
    ports: { "tcp-mesh": 9094 },
    configPath: "/etc/alertmanager/config_out",
    dataPath: "/alertmanager",
    args: [
      `--config.file=/etc/alertmanager/config_out/${ALERTMANAGER_FILE}`,
      "--storage.path=/alertmanager",
      `--data.retention=${retention ?? "120h"}`,
      "--web.listen-address=$(POD_IP):9093",
      "--web.route-prefix=/",
      ...(externalUrl ? [`--web.external-url=${externalUrl}`] : []),
      // An empty address keeps a single one from looking for others.
      ...(replicas > 1 ? ["--cluster.listen-address=$(POD_IP):9094", ...peers] : ["--cluster.listen-address="]),
      ...logging(instance.spec),
    ],
  };
}
