import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Duration } from "./duration.ts";
import type { Typed } from "./metadata.ts";

const API_VERSION = "monitoring.coreos.com/v1";

/** How a target's labels become those of its series. */
export interface Relabeling {
  sourceLabels?: string[];
  targetLabel?: string;
  /** @default "replace" */
  action?: "replace" | "keep" | "drop" | "labelmap" | "labeldrop" | "labelkeep";
  regex?: string;
  replacement?: string;
}

/** One port to read metrics from. */
export interface MetricsEndpoint {
  /** Name of the port. */
  port: string;
  path?: string;
  interval?: Duration;
  scrapeTimeout?: Duration;
  /** Whether labels of a series win over those of its target. @default false */
  honorLabels?: boolean;
  relabelings?: Relabeling[];
  metricRelabelings?: Relabeling[];
}

interface Selection {
  selector: { matchLabels: Record<string, string> };
  namespaceSelector: { matchNames: string[] };
}

export interface PodMonitorSpec extends Selection {
  podMetricsEndpoints: MetricsEndpoint[];
}

export interface ServiceMonitorSpec extends Selection {
  endpoints: MetricsEndpoint[];
}

export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

export interface AlertingRule {
  alert: string;
  expr: string;
  /** How long it must hold before anybody is told. */
  for?: Duration;
  labels: { severity: "critical" | "warning" };
  annotations: { summary: string; description: string };
}

export interface PrometheusRuleSpec {
  groups: { name: string; interval?: Duration; rules: (RecordingRule | AlertingRule)[] }[];
}

export class PodMonitor extends CustomResource {
  constructor(name: string, args: Typed<PodMonitorSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "PodMonitor", ...args }, options);
  }
}

export class ServiceMonitor extends CustomResource {
  constructor(name: string, args: Typed<ServiceMonitorSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "ServiceMonitor", ...args }, options);
  }
}

export class PrometheusRule extends CustomResource {
  constructor(name: string, args: Typed<PrometheusRuleSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "PrometheusRule", ...args }, options);
  }
}
