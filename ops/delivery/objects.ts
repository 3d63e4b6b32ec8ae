import type { KubernetesObject } from "../../client/client.ts";

/** What release commands read of the objects that they work with. */

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { containers: { name: string; image: string }[] };
}

export type Step = { setWeight?: number; analysis?: { args?: { name: string; value?: string }[] } } & Record<
  string,
  unknown
>;

interface AnalysisStatus {
  name: string;
  status: string;
  message?: string;
}

export interface Rollout extends KubernetesObject {
  spec: {
    replicas?: number;
    template: PodTemplate;
    strategy: { canary: { stableService: string; canaryService: string; steps: Step[] } };
  };
  status?: {
    phase?: string;
    message?: string;
    abort?: boolean;
    abortedAt?: string;
    promoteFull?: boolean;
    currentPodHash?: string;
    stableRS?: string;
    currentStepIndex?: number;
    observedGeneration?: string;
    updatedReplicas?: number;
    availableReplicas?: number;
    canary?: {
      currentStepAnalysisRunStatus?: AnalysisStatus;
      currentBackgroundAnalysisRunStatus?: AnalysisStatus;
    };
  };
}

export interface ReplicaSet extends KubernetesObject {
  spec: { replicas?: number; template: PodTemplate };
  status?: { replicas?: number; readyReplicas?: number; availableReplicas?: number };
}

export interface WeightedService {
  name: string;
  weight?: number;
  [key: string]: unknown;
}

export interface TraefikService extends KubernetesObject {
  spec: { weighted: { services: WeightedService[] } & Record<string, unknown> };
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

/** Label that Argo gives to each ReplicaSet, and selects by in the two Services. */
export const HASH_LABEL = "rollouts-pod-template-hash";
export const REVISION_ANNOTATION = "rollout.argoproj.io/revision";
/** Holds the digest of the image that a Rollout is to run; its analyses read it. */
export const DIGEST_ANNOTATION = "novacron.io/digest";

const DIGEST = /sha256:[0-9a-f]{64}$/;

/** Digest of the image in a pod template; that of the container named after the service, else of the first. */
export function digestOf(template: PodTemplate, service = ""): string | undefined {
  const { containers } = template.spec;
  const image = (containers.find(({ name }) => name === service) ?? containers[0])?.image;
  return DIGEST.exec(image ?? "")?.[0];
}

/** `repository@sha256:…` in its two halves; undefined for anything else. */
export function splitImage(image: string): { repository: string; digest: string } | undefined {
  const [, repository, digest] = /^([^@\s]+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  return repository === undefined || digest === undefined ? undefined : { repository, digest };
}

/** As people write it: enough to tell one from another. */
export const short = (digest: string | undefined): string =>
  digest === undefined ? "unknown" : digest.replace(/^sha256:/, "").slice(0, 12);

/** A pod template, or anything else, with one digest in place of another wherever it occurs, and nothing else changed. */
export function withDigest<Value>(value: Value, from: string, to: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to)) as Value;
}
