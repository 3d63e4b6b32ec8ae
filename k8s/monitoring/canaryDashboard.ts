import { METRICS } from "../contract.ts";
import { RECORDED } from "./recordingRules.ts";

/** How values are written. Grafana's own names of units. */
type Unit = "percent" | "percentunit" | "reqps" | "s" | "ms" | "short" | "bool";

/** One chart of a dashboard. */
export interface Panel {
  title: string;
  unit: Unit;
  /** What it shows that the title does not say. */
  description: string;
  /** PromQL, with `$service` for the chosen service, and how each of its series is called. */
  queries: readonly { expr: string; legend: string }[];
}

const SERVICE = '{service="$service"}';
const VERSION = "{{pod_template_hash}}";

/** The gateway's own name of a version's Service: `<namespace>-<service>-stable-80@kubernetescrd`. */
const AT_GATEWAY = '{service=~".*-$service-(stable|canary)-80@kubernetescrd"}';

/** Longer than the gateway's scrape interval by enough for a rate. */
const WINDOW = "30s";

/** The canary dashboard, from what a client sees to what the gate decides. */
export const CANARY_PANELS: readonly Panel[] = [
  {
    title: "Share of requests by version",
    unit: "percent",
    description: "Measured in the pods, so it shows what a weight has come to, not what was declared.",
    queries: [
      {
        expr: `100 * ${RECORDED.requests}${SERVICE} / on (service) group_left () sum by (service) (${RECORDED.requests}${SERVICE})`,
        legend: VERSION,
      },
    ],
  },
  {
    title: "Requests by version",
    unit: "reqps",
    description: "Probes apart.",
    queries: [{ expr: `${RECORDED.requests}${SERVICE}`, legend: VERSION }],
  },
  {
    title: "Failed requests by version",
    unit: "percentunit",
    description: "5xx. A canary may exceed stable by 2 percentage points.",
    queries: [{ expr: `${RECORDED.errors}${SERVICE}`, legend: VERSION }],
  },
  {
    title: "95th percentile by version",
    unit: "s",
    description: "Time in the pod.",
    queries: [{ expr: `${RECORDED.p95}${SERVICE}`, legend: VERSION }],
  },
  {
    title: "Verdicts of the gate",
    unit: "bool",
    description: "1 where every replica of the gate allows the digest to enter the stage.",
    queries: [{ expr: `min by (digest, stage) (${METRICS.allowed}${SERVICE})`, legend: "{{stage}} {{digest}}" }],
  },
  {
    title: "Requests that the gateway sent on",
    unit: "reqps",
    description: "By target and status; a connection that failed and was tried again counts once for each target.",
    queries: [
      {
        expr: `sum by (service, code) (rate(traefik_service_requests_total${AT_GATEWAY}[${WINDOW}]))`,
        legend: "{{service}} {{code}}",
      },
    ],
  },
  {
    title: "Time at the gateway",
    unit: "s",
    description: "95th percentile over everything that came in, by entry point.",
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (entrypoint, le) (rate(traefik_entrypoint_request_duration_seconds_bucket[${WINDOW}])))`,
        legend: "{{entrypoint}}",
      },
    ],
  },
  {
    title: "Open streams",
    unit: "short",
    description: "Long streams stay with the version that they were opened on until it drains them.",
    queries: [{ expr: `sum by (service, pod_template_hash) (${METRICS.streams})`, legend: `{{service}} ${VERSION}` }],
  },
  {
    title: "Streams that went on elsewhere",
    unit: "reqps",
    description: "Of the background load: their pod drained, the connection broke, or the session was old enough.",
    queries: [{ expr: `sum by (reason) (rate(${METRICS.streamResumptions}[${WINDOW}]))`, legend: "{{reason}}" }],
  },
  {
    title: "Operations acknowledged",
    unit: "reqps",
    description: "After a majority of state replicas had them on disk.",
    queries: [
      {
        expr: `sum by (service, pod_template_hash) (rate(${METRICS.operations}[${WINDOW}]))`,
        legend: `{{service}} ${VERSION}`,
      },
    ],
  },
  {
    title: "Prediction",
    unit: "ms",
    description: "95th percentile of one prediction. DWCP waits 50 ms, then predicts by itself.",
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le) (rate(${METRICS.inference}_bucket[${WINDOW}])))`,
        legend: "inference",
      },
    ],
  },
  {
    title: "Predictions that DWCP made itself",
    unit: "reqps",
    description: "Inference was slow or gone.",
    queries: [{ expr: `sum by (reason) (rate(${METRICS.fallbacks}[${WINDOW}])) or vector(0)`, legend: "{{reason}}" }],
  },
];

const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard in Grafana's own form. Its identity follows from the name, so links to it hold. */
export function dashboard(name: string, title: string, panels: readonly Panel[]): string {
  const datasource = { type: "prometheus", uid: "prometheus" };
  return JSON.stringify({
    uid: `novacron-${name}`,
    title,
    tags: ["novacron"],
    timezone: "utc",
    editable: false,
    refresh: "5s",
    schemaVersion: 39,
    time: { from: "now-30m", to: "now" },
    templating: {
      list: [
        {
          name: "service",
          label: "Service",
          type: "query",
          datasource,
          // What is released has versions; the gate and its like have requests too, and none.
          query: `label_values(${RECORDED.requests}{pod_template_hash!=""}, service)`,
          refresh: 2,
          sort: 1,
        },
      ],
    },
    panels: panels.map(({ title, unit, description, queries }, index) => ({
      id: index + 1,
      type: "timeseries",
      title,
      description,
      datasource,
      gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(({ expr, legend }, target) => ({
        refId: String.fromCharCode("A".charCodeAt(0) + target),
        expr,
        legendFormat: legend,
      })),
    })),
  });
}
