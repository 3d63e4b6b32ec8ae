import { stringify } from "yaml";
import type { Chart, Manifest, Placement } from "./chart.ts";
import { type KubePrometheusStackValues, kubePrometheusStackValues } from "./kubePrometheusStackValues.ts";
import { accountName, budget, deployment, identity, type Program, program, service } from "./manifests.ts";
import { OPERATOR_RULES, PROMETHEUS_RULES } from "./prometheusRules.ts";

type Values = KubePrometheusStackValues;

/** prometheus-operator, and the Prometheus and Alertmanager that it runs. */
export const kubePrometheusStack: Chart<Values> = {
  name: "kube-prometheus-stack",
  repository: "https://prometheus-community.github.io/helm-charts",
  versions: { "88.2.0": "v0.93.0" },
  values: kubePrometheusStackValues,
  bringsCrds: ({ crds }) => crds.enabled,
  objects: (values, placement) => [
    ...operator(values, placement),
    ...(values.prometheus.enabled ? prometheus(values, placement) : []),
    ...(values.alertmanager.enabled ? alertmanager(values, placement) : []),
  ],
};

/** As the chart's own `fullname`: the release's name alone when it holds the chart's, and at most 26 characters. */
function fullName({ fullnameOverride, nameOverride }: Values, { releaseName }: Placement): string {
  const chart = nameOverride || "kube-prometheus-stack";
  const full = fullnameOverride || (releaseName.includes(chart) ? releaseName : `${releaseName}-${chart}`);
  return full.slice(0, 26).replace(/-$/, "");
}

function part(values: Values, placement: Placement, component: string): Program {
  const of = program(placement, `${fullName(values, placement)}-${component}`, {
    appName: `kube-prometheus-stack-${component}`,
  });
  return {
    ...of,
    labels: {
      ...of.labels,
      app: `kube-prometheus-stack-${component}`,
      release: placement.releaseName,
      ...values.commonLabels,
    },
  };
}

function operator(values: Values, placement: Placement): Manifest[] {
  const of = part(values, placement, "operator");
  const { serviceAccount, resources, logLevel, logFormat, podLabels, ...scheduling } = values.prometheusOperator;
  return [
    ...identity(of, serviceAccount, OPERATOR_RULES),
    service(of, [{ name: "http", port: 8080, targetPort: "http" }]),
    deployment({
      of,
      serviceAccountName: accountName(of, serviceAccount),
      replicas: 1,
      podLabels,
      scheduling,
      container: {
        name: "kube-prometheus-stack",
        image: `quay.io/prometheus-operator/prometheus-operator:${placement.appVersion}`,
        args: [
          `--kubelet-service=kube-system/${fullName(values, placement)}-kubelet`,
          "--kubelet-endpoints=true",
          "--kubelet-endpointslice=false",
          ...(logFormat ? [`--log-format=${logFormat}`] : []),
          ...(logLevel ? [`--log-level=${logLevel}`] : []),
          "--localhost=127.0.0.1",
          `--prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:${placement.appVersion}`,
          "--config-reloader-cpu-request=0",
          "--config-reloader-cpu-limit=0",
          "--config-reloader-memory-request=0",
          "--config-reloader-memory-limit=0",
          "--web.listen-address=$(POD_IP):8080",
        ],
        ports: [{ name: "http", containerPort: 8080 }],
        // No probe: the stand-in serves nothing, and ends with the process that it is part of.
        resources,
      },
    }),
  ];
}

function prometheus(values: Values, placement: Placement): Manifest[] {
  const of = part(values, placement, "prometheus");
  const { serviceAccount, serviceMonitor, podDisruptionBudget, prometheusSpec } = values.prometheus;
  const name = of.name;
  const pods = instancePods(of, "prometheus", name);
  const spec = withoutHelmKeys(prometheusSpec);
  return [
    ...identity(of, serviceAccount, PROMETHEUS_RULES),
    service(pods, [{ name: "http-web", port: 9090, targetPort: 9090 }]),
    ...budget(pods, podDisruptionBudget),
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Prometheus",
      metadata: { name, namespace: of.namespace, labels: of.labels },
      spec: {
        ...spec,
        ...Object.fromEntries(
          (["rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"] as const).flatMap((kind) => [
            [
              `${kind}Selector`,
              prometheusSpec[`${kind}Selector`] ??
                releaseSelector(prometheusSpec[`${kind}SelectorNilUsesHelmValues`], placement),
            ],
            [`${kind}NamespaceSelector`, prometheusSpec[`${kind}NamespaceSelector`] ?? {}],
          ]),
        ),
        ...(values.alertmanager.enabled && {
          alerting: {
            alertmanagers: [
              {
                namespace: of.namespace,
                name: `${fullName(values, placement)}-alertmanager`,
                port: "http-web",
                pathPrefix: "/",
                apiVersion: "v2",
              },
            ],
          },
        }),
        portName: "http-web",
        serviceAccountName: accountName(of, serviceAccount),
        securityContext: prometheusSpec.securityContext ?? POD_SECURITY,
      },
    },
    ...(serviceMonitor.selfMonitor ? [selfMonitor(of, placement, serviceMonitor.interval)] : []),
  ];
}

function alertmanager(values: Values, placement: Placement): Manifest[] {
  const of = part(values, placement, "alertmanager");
  const { serviceAccount, serviceMonitor, podDisruptionBudget, alertmanagerSpec, config } = values.alertmanager;
  const pods = instancePods(of, "alertmanager", of.name);
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: accountName(of, serviceAccount),
        namespace: of.namespace,
        labels: of.labels,
        annotations: serviceAccount.annotations,
      },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `alertmanager-${of.name}`, namespace: of.namespace, labels: of.labels },
      data: { "alertmanager.yaml": Buffer.from(stringify(config)).toString("base64") },
    },
    service(pods, [{ name: "http-web", port: 9093, targetPort: 9093 }]),
    ...budget(pods, podDisruptionBudget),
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Alertmanager",
      metadata: { name: of.name, namespace: of.namespace, labels: of.labels },
      spec: {
        ...withoutHelmKeys(alertmanagerSpec),
        alertmanagerConfigSelector: {},
        alertmanagerConfigNamespaceSelector: {},
        portName: "http-web",
        serviceAccountName: accountName(of, serviceAccount),
        securityContext: alertmanagerSpec.securityContext ?? POD_SECURITY,
      },
    },
    ...(serviceMonitor.selfMonitor ? [selfMonitor(of, placement, serviceMonitor.interval)] : []),
  ];
}

/** The chart's defaults for both. */
const POD_SECURITY = {
  runAsGroup: 2000,
  runAsNonRoot: true,
  runAsUser: 1000,
  fsGroup: 2000,
  seccompProfile: { type: "RuntimeDefault" },
};

/** A nil selector takes nothing, an empty one everything. */
const releaseSelector = (usesRelease: boolean, { releaseName }: Placement) =>
  usesRelease ? { matchLabels: { release: releaseName } } : {};

/** The pods that the operator makes for an instance carry its own labels, not the chart's. */
const instancePods = (of: Program, application: "prometheus" | "alertmanager", name: string): Program => ({
  ...of,
  selector: { "app.kubernetes.io/name": application, [application]: name },
});

/** Values that the chart itself reads, and what has the name of another field of the custom resource. */
function withoutHelmKeys(spec: Record<string, unknown>): Record<string, unknown> {
  const { storageSpec, podAntiAffinity, podAntiAffinityTopologyKey, ...rest } = spec;
  const kept = Object.entries(rest).filter(
    ([key, value]) => value !== undefined && !key.endsWith("SelectorNilUsesHelmValues"),
  );
  return { ...Object.fromEntries(kept), ...(storageSpec !== undefined && { storage: storageSpec }) };
}

function selfMonitor(of: Program, { releaseName }: Placement, interval: string): Manifest {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: of.name, namespace: of.namespace, labels: { ...of.labels, release: releaseName } },
    spec: {
      selector: {
        matchLabels: { "app.kubernetes.io/name": of.labels["app.kubernetes.io/name"], release: releaseName },
      },
      namespaceSelector: { matchNames: [of.namespace] },
      endpoints: [{ port: "http-web", path: "/metrics", ...(interval === "" ? {} : { interval }) }],
    },
  };
}
