import type { KubernetesObject } from "../kubernetes/cluster.ts";
import type { Properties } from "../rule.ts";
import { listOf, numberOf, recordOf, textOf } from "../values.ts";

/** Where a Rollout says how it is released. */
export const CANARY = "spec.strategy.canary";

/** Under which a Rollout announces the digest that it is to run; gates ask about it. */
export const DIGEST_ANNOTATION = "novacron.io/digest";

/** Percent of the requests that a release goes through. */
export const STAGES: readonly number[] = [10, 50, 100];

/** The stage after the last weight: its gate ends the time in which going back is still an abort. */
export const LAST_STAGE = "done";

/** What a release ceiling may say, from nothing to everything. */
export const CEILING_STAGES: readonly string[] = ["0", ...STAGES.map(String), LAST_STAGE];

/** Longest time in seconds from a decision to the last request that the canary answers, as NovaCron promises it. */
export const SWITCH_BUDGET = 5;

/** Longest time in seconds from a canary's first fault to the decision against it. */
export const DETECTION_BUDGET = 30;

/** How a Rollout is released; empty where it has no canary, so that nothing about it passes. */
export const canaryOf = ({ spec }: Pick<KubernetesObject, "spec"> | Properties): Readonly<Record<string, unknown>> =>
  recordOf(recordOf(recordOf(spec).strategy).canary);

/** One step of a release. */
export interface Step {
  /** Such as `spec.strategy.canary.steps[1]`. */
  at: string;
  value: Readonly<Record<string, unknown>>;
  /** Share of the requests that it gives to the canary, where it does. */
  weight: unknown;
  /** The analysis that it waits for, where it does. */
  gate: Readonly<Record<string, unknown>> | undefined;
}

export const stepsOf = (rollout: Pick<KubernetesObject, "spec"> | Properties): Step[] =>
  listOf(canaryOf(rollout).steps).map((step, index) => {
    const value = recordOf(step);
    const isGate = templatesOf(value.analysis).length > 0;
    return {
      at: `${CANARY}.steps[${index}]`,
      value,
      weight: value.setWeight,
      gate: isGate ? recordOf(value.analysis) : undefined,
    };
  });

/** Names of the templates that an analysis runs. */
export const templatesOf = (analysis: unknown): string[] =>
  listOf(recordOf(analysis).templates).flatMap((template) => textOf(recordOf(template).templateName) ?? []);

/** Name of the weighted TraefikService through which a Rollout gets its requests. */
export const weightsOf = (rollout: KubernetesObject): string | undefined =>
  textOf(recordOf(recordOf(canaryOf(rollout).trafficRouting).traefik).weightedTraefikServiceName);

/** The members of a weighted TraefikService. */
export const membersOf = ({ spec }: { spec?: unknown }): Readonly<Record<string, unknown>>[] =>
  listOf(recordOf(recordOf(spec).weighted).services).map(recordOf);

/** The digest of an image reference `repository@sha256:…`. */
export const digestOf = (image: unknown): string | undefined =>
  /@(sha256:[0-9a-f]{64})$/.exec(textOf(image) ?? "")?.[1];

/** Digest that a Rollout announces. */
export const announcedDigest = (metadata: unknown): string | undefined =>
  textOf(recordOf(recordOf(metadata).annotations)[DIGEST_ANNOTATION]);

/** Some Rollout's metric of an analysis. */
export interface Metric {
  /** Such as `spec.metrics[0]`. */
  at: string;
  value: Readonly<Record<string, unknown>>;
}

export const metricsOf = ({ spec }: { spec?: unknown }): Metric[] =>
  listOf(recordOf(spec).metrics).map((metric, index) => ({ at: `spec.metrics[${index}]`, value: recordOf(metric) }));

/** Failed measurements that a metric accepts; Argo's default is none. */
export const failureLimitOf = (metric: Metric): number => numberOf(metric.value.failureLimit) ?? 0;
