import { type Cluster, clustersOf, type KubernetesObject } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import type { StackFinding, StackResource } from "../stackRule.ts";
import { canaryOf, type Metric, membersOf, metricsOf, stepsOf, templatesOf } from "./canary.ts";

/** Findings about each Rollout, with the cluster that it is in. */
export const ofRollouts = (
  resources: readonly StackResource[],
  check: (rollout: KubernetesObject, cluster: Cluster) => readonly (string | StackFinding)[],
): StackFinding[] =>
  clustersOf(resources).flatMap((cluster) =>
    cluster
      .of(KUBERNETES.rollout)
      .flatMap((rollout) =>
        check(rollout, cluster).map((found) => (typeof found === "string" ? { urn: rollout.urn, text: found } : found)),
      ),
  );

/** A metric by which Rollouts are judged, and one of those. */
export interface Judged {
  rollout: KubernetesObject;
  template: KubernetesObject;
  metric: Metric;
}

/** Findings about each metric that steps of Rollouts wait for, or that runs beside them; each metric once, whoever uses it. */
export function ofMetrics(
  resources: readonly StackResource[],
  use: "steps" | "background",
  check: (judged: Judged, cluster: Cluster) => readonly string[],
): StackFinding[] {
  const seen = new Set<string>();
  return ofRollouts(resources, (rollout, cluster) =>
    templatesOfRollout(rollout, use).flatMap((name) => {
      const template = cluster.find(KUBERNETES.analysisTemplate, rollout.namespace, name);
      // One that does not exist is DEL-035's.
      if (template === undefined || seen.has(template.urn)) return [];
      seen.add(template.urn);
      return metricsOf(template).flatMap((metric) =>
        check({ rollout, template, metric }, cluster).map((text) => ({
          urn: template.urn,
          text: `${metric.at} ${text}`,
        })),
      );
    }),
  );
}

/** Names of the templates that the steps of a Rollout wait for, or that run beside them. */
export const templatesOfRollout = (rollout: KubernetesObject, use: "steps" | "background"): string[] =>
  use === "background"
    ? templatesOf(canaryOf(rollout).analysis)
    : [...new Set(stepsOf(rollout).flatMap(({ value }) => templatesOf(value.analysis)))];

/** Whether a weighted service decides between generations: its members are weighted services themselves. */
export const isKillSwitch = (service: KubernetesObject): boolean =>
  membersOf(service).some(({ kind }) => kind === "TraefikService");

/** The kill switch through which a weighted service gets its requests, if it is behind one. */
export const killSwitchOf = (cluster: Cluster, namespace: string, weighted: string | undefined) =>
  cluster
    .of(KUBERNETES.traefikService, namespace)
    .find((service) => isKillSwitch(service) && membersOf(service).some(({ name }) => name === weighted));

/** Findings about a Service whose selector others set, where a run would put the program's back. */
export const selectorFindings = ({ urn, options }: KubernetesObject): StackFinding[] =>
  options.ignoreChanges.some((path) => path === "spec.selector" || path === "spec")
    ? []
    : [{ urn, text: "ignoreChanges does not hold spec.selector" }];

/** The autoscaler of a workload. */
export const autoscalerOf = (cluster: Cluster, { namespace, objectName }: KubernetesObject) =>
  cluster.of(KUBERNETES.autoscaler, namespace).find(({ spec }) => {
    const { kind, name } = (spec.scaleTargetRef ?? {}) as Record<string, unknown>;
    return kind === "Rollout" && name === objectName;
  });
