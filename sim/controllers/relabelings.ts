import type { LabelSelector } from "./externalSecretsObjects.ts";
import type { Relabeling } from "./monitoringObjects.ts";

/** A relabelling rule as Prometheus writes it. */
export interface RelabelConfig {
  source_labels?: string[];
  separator?: string;
  target_label?: string;
  regex?: string | number;
  modulus?: number;
  replacement?: string;
  action?: string;
}

/** Label names of Prometheus have no other characters (prometheus/util/strutil, SanitizeLabelName). */
export const sanitized = (label: string): string => label.replace(/[^a-zA-Z0-9_]/g, "_");

/** Keeps the targets that a label selector takes, by the labels of their pod or service. */
export function selected(role: "pod" | "service", selector: LabelSelector): RelabelConfig[] {
  const label = (key: string): string => `__meta_kubernetes_${role}_label_${sanitized(key)}`;
  const present = (key: string): string => `__meta_kubernetes_${role}_labelpresent_${sanitized(key)}`;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const exact = Object.entries(matchLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...exact.map(([key, value]) => ({
      action: "keep",
      source_labels: [label(key), present(key)],
      regex: `(${value});true`,
    })),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const action = operator === "In" || operator === "Exists" ? "keep" : "drop";
      return operator === "In" || operator === "NotIn"
        ? { action, source_labels: [label(key), present(key)], regex: `(${values.join("|")});true` }
        : { action, source_labels: [present(key)], regex: "true" };
    }),
  ];
}

export const keep = (label: string, regex: string | number): RelabelConfig => ({
  action: "keep",
  source_labels: [label],
  regex,
});

export const copied = (source: string, target: string): RelabelConfig => ({
  source_labels: [source],
  target_label: target,
});

/** The whole of what matched, in Prometheus's words. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: for Prometheus to expand
export const MATCHED = "${1}";

/** Copies a label where it has a value, and leaves the target as it is where not. */
export const copiedIfSet = (source: string, target: string): RelabelConfig => ({
  source_labels: [source],
  target_label: target,
  regex: "(.+)",
  replacement: MATCHED,
});

export const constant = (target: string, replacement: string): RelabelConfig => ({ target_label: target, replacement });

/** Pods that have ended are no targets. */
export const RUNNING: RelabelConfig = {
  action: "drop",
  source_labels: ["__meta_kubernetes_pod_phase"],
  regex: "(Failed|Succeeded)",
};

/** Rules as a monitor has them, in Prometheus's own words. */
export function translated(rules: readonly Relabeling[] = []): RelabelConfig[] {
  return rules.map(({ sourceLabels, separator, targetLabel, regex, modulus, replacement, action }) => ({
    ...(sourceLabels !== undefined && { source_labels: sourceLabels }),
    ...(separator !== undefined && { separator }),
    ...(targetLabel !== undefined && targetLabel !== "" && { target_label: targetLabel }),
    ...(regex !== undefined && regex !== "" && { regex }),
    ...(modulus !== undefined && modulus !== 0 && { modulus }),
    ...(replacement !== undefined && { replacement }),
    ...(action !== undefined && action !== "" && { action: action.toLowerCase() }),
  }));
}
