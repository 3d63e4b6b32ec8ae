import { METRICS } from "../contract.ts";
import type { AlertingRule } from "../crds/monitoring.ts";
import { RECORDED } from "./recordingRules.ts";

/** What somebody is told of. Detection inside a canary is the analyses' own; these are for what nobody is releasing. */
export const ALERTS: readonly AlertingRule[] = [
  {
    alert: "ReleaseGateSilent",
    expr: `absent(${METRICS.allowed})`,
    for: "1m",
    labels: { severity: "critical" },
    annotations: {
      summary: "The release gate says nothing",
      description: "No release goes on while Prometheus has no verdict of the gate. Running versions are not touched.",
    },
  },
  {
    alert: "ServiceFailing",
    expr: `${RECORDED.errors} > 0.02 and ${RECORDED.requests} > 0.5`,
    for: "1m",
    labels: { severity: "critical" },
    annotations: {
      summary: "{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests",
      description: "NovaCron's own load tests allow 2 %. Version {{ $labels.pod_template_hash }}.",
    },
  },
  {
    alert: "PredictionFallback",
    expr: `sum by (reason) (rate(${METRICS.fallbacks}[5m])) > 0`,
    for: "5m",
    labels: { severity: "warning" },
    annotations: {
      summary: "DWCP predicts bandwidth by itself ({{ $labels.reason }})",
      description: "Inference is slower than 50 ms or gone. Answers stay correct; predictions are less good.",
    },
  },
  {
    alert: "FederationPeerDown",
    expr: `max by (peer) (${METRICS.peerUp}) == 0`,
    for: "2m",
    labels: { severity: "warning" },
    annotations: {
      summary: "Region {{ $labels.peer }} cannot be reached",
      description:
        "No pod of DWCP gets an answer from its WAN entry: see `novactl mesh`. Clients of this region are served.",
    },
  },
];
