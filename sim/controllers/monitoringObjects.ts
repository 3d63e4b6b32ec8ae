import type { KubernetesObject } from "../../client/client.ts";
import type { Condition } from "./conditions.ts";
import type { LabelSelector } from "./externalSecretsObjects.ts";

/** monitoring.coreos.com/v1, as far as it is acted on here. */

export interface Relabeling {
  sourceLabels?: string[];
  separator?: string;
  targetLabel?: string;
  regex?: string;
  modulus?: number;
  replacement?: string;
  action?: string;
}

export interface Endpoint {
  port?: string;
  portNumber?: number;
  targetPort?: string | number;
  path?: string;
  scheme?: string;
  params?: Record<string, string[]>;
  interval?: string;
  scrapeTimeout?: string;
  honorLabels?: boolean;
  honorTimestamps?: boolean;
  followRedirects?: boolean;
  enableHttp2?: boolean;
  filterRunning?: boolean;
  relabelings?: Relabeling[];
  metricRelabelings?: Relabeling[];
}

export interface Monitor extends KubernetesObject {
  spec: {
    selector: LabelSelector;
    namespaceSelector?: { any?: boolean; matchNames?: string[] };
    jobLabel?: string;
    targetLabels?: string[];
    podTargetLabels?: string[];
    sampleLimit?: number;
    targetLimit?: number;
    labelLimit?: number;
    fallbackScrapeProtocol?: string;
    serviceDiscoveryRole?: "Endpoints" | "EndpointSlice";
    /** Of a PodMonitor. */
    podMetricsEndpoints?: Endpoint[];
    /** Of a ServiceMonitor. */
    endpoints?: Endpoint[];
  };
}

export interface PrometheusRule extends KubernetesObject {
  spec: { groups?: object[] };
}

/** What Prometheus and Alertmanager have in common. */
interface InstanceSpec {
  replicas?: number;
  image?: string;
  version?: string;
  retention?: string;
  externalUrl?: string;
  logLevel?: string;
  logFormat?: string;
  portName?: string;
  paused?: boolean;
  serviceAccountName?: string;
  resources?: object;
  securityContext?: object;
  nodeSelector?: object;
  tolerations?: object[];
  affinity?: object;
  topologySpreadConstraints?: object[];
  priorityClassName?: string;
  minReadySeconds?: number;
  podMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  additionalArgs?: { name: string; value?: string }[];
  storage?: {
    emptyDir?: object;
    volumeClaimTemplate?: { metadata?: { name?: string; labels?: object; annotations?: object }; spec?: object };
  };
}

export interface InstanceStatus {
  conditions?: Condition[];
  paused?: boolean;
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  selector?: string;
}

export interface Instance extends KubernetesObject {
  spec: InstanceSpec;
  status?: InstanceStatus;
}

export interface Prometheus extends Instance {
  spec: InstanceSpec & {
    scrapeInterval?: string;
    scrapeTimeout?: string;
    evaluationInterval?: string;
    externalLabels?: Record<string, string>;
    enableAdminAPI?: boolean;
    walCompression?: boolean;
    retentionSize?: string;
    query?: { lookbackDelta?: string; maxConcurrency?: number; maxSamples?: number; timeout?: string };
    serviceDiscoveryRole?: "Endpoints" | "EndpointSlice";
    podTargetLabels?: string[];
    alerting?: { alertmanagers?: AlertmanagerEndpoint[] };
    podMonitorSelector?: LabelSelector | null;
    podMonitorNamespaceSelector?: LabelSelector | null;
    serviceMonitorSelector?: LabelSelector | null;
    serviceMonitorNamespaceSelector?: LabelSelector | null;
    ruleSelector?: LabelSelector | null;
    ruleNamespaceSelector?: LabelSelector | null;
  };
}

export interface AlertmanagerEndpoint {
  namespace?: string;
  name: string;
  port: string | number;
  scheme?: string;
  pathPrefix?: string;
  timeout?: string;
  apiVersion?: string;
}

export interface Alertmanager extends Instance {
  spec: InstanceSpec & {
    configSecret?: string;
  };
}
