import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { core } from "@pulumi/kubernetes/types/input.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { Duration } from "./duration.ts";
import type { Typed } from "./metadata.ts";

const API_VERSION = "argoproj.io/v1alpha1";

/** What we use of Argo Rollouts 1.9's Rollout. */
export interface RolloutSpec {
  /** Left out where an autoscaler owns it. */
  replicas?: number;
  selector: { matchLabels: Record<string, string> };
  template: core.v1.PodTemplateSpec;
  /** Old ReplicaSets kept; at least one more than the rollback window. @default 10 */
  revisionHistoryLimit?: number;
  /** Seconds that a pod must have been ready to count as available. @default 0 */
  minReadySeconds?: number;
  /** Seconds without progress after which the Rollout counts as degraded. @default 600 */
  progressDeadlineSeconds?: number;
  progressDeadlineAbort?: boolean;
  /** Going back by at most so many revisions skips steps and analyses. */
  rollbackWindow?: { revisions: number };
  analysis?: { successfulRunHistoryLimit?: number; unsuccessfulRunHistoryLimit?: number };
  strategy: { canary: CanaryStrategy };
}

export interface CanaryStrategy {
  canaryService: string;
  stableService: string;
  trafficRouting: { traefik: { weightedTraefikServiceName: string } };
  steps: CanaryStep[];
  /** Runs beside the steps, from `startingStep` on. */
  analysis?: AnalysisReference & { startingStep?: number };
  maxSurge?: number | string;
  maxUnavailable?: number | string;
  /** Seconds that the previous version stays up after full promotion. @default 30 with traffic routing */
  scaleDownDelaySeconds?: number;
  /** How many previous versions stay up during that delay; unlimited if left out. */
  scaleDownDelayRevisionLimit?: number;
  /** Seconds that the canary stays up after an abort; 0 keeps it. @default 30 */
  abortScaleDownDelaySeconds?: number;
  /** Must stay false here: stable is to be fully scaled while a canary runs. @default false */
  dynamicStableScale?: false;
  /** How much of a step's pods must be ready before the weight moves on. */
  replicaProgressThreshold?: { type: "Percent" | "Pods"; value: number };
  /** Fewest pods of a canary that has any. */
  minPodsPerReplicaSet?: number;
  canaryMetadata?: PodMetadata;
  stableMetadata?: PodMetadata;
}

export interface PodMetadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export type CanaryStep =
  | { setWeight: number }
  | { analysis: AnalysisReference }
  | { pause: { duration?: number | Duration } };

export interface AnalysisReference {
  templates: { templateName: string }[];
  args?: AnalysisArgument[];
}

export interface AnalysisArgument {
  name: string;
  value?: Input<string>;
  valueFrom?: { podTemplateHashValue: "Latest" | "Stable" } | { fieldRef: { fieldPath: string } };
}

/** What we use of AnalysisTemplate. */
export interface AnalysisTemplateSpec {
  /** Names that the metrics use as `{{args.<name>}}`; an argument without a value must be given by the step. */
  args?: { name: string; value?: string }[];
  metrics: AnalysisMetric[];
}

export interface AnalysisMetric {
  name: string;
  interval?: Duration;
  initialDelay?: Duration;
  /** Measurements in all. Inside a step it must be there, or the Rollout is invalid. */
  count?: number;
  /** Expression over `result`, such as `len(result) > 0 && result[0] < 0.01`. */
  successCondition?: string;
  failureCondition?: string;
  /** Failed measurements that are still accepted; -1 accepts any number. @default 0 */
  failureLimit?: number;
  inconclusiveLimit?: number;
  /** Errors of the provider in a row that are still accepted. @default 4 */
  consecutiveErrorLimit?: number;
  /** Successes in a row that end the measuring. @default 0, which is off */
  consecutiveSuccessLimit?: number;
  provider: { prometheus: { address: string; query: string; timeout?: number } };
}

/** A versioned workload that Argo Rollouts releases step by step. */
export class Rollout extends CustomResource {
  constructor(name: string, args: Typed<RolloutSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "Rollout", ...args }, options);
  }
}

/** A question to Prometheus that decides whether a release goes on. */
export class AnalysisTemplate extends CustomResource {
  constructor(name: string, args: Typed<AnalysisTemplateSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "AnalysisTemplate", ...args }, options);
  }
}
