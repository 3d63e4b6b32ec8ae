import type { core } from "@pulumi/kubernetes/types/input.js";
import type { RolloutSpec } from "../crds/rollouts.ts";
import { canarySteps, FIRST_JUDGED_STEP } from "./canarySteps.ts";
import { nameLabel } from "./podTemplate.ts";

/** By which Argo tells the pods of versions apart. */
export const HASH_LABEL = "rollouts-pod-template-hash";

/** An hour, in seconds, in which the version before is a change of weights away. */
const WARM_SECONDS = 3600;

/**
 * Seconds that an aborted canary stays; with the two of its pods' `preStop` it is more than the gateway needs to hear of its
 * new weights. Its long streams are asked to resume elsewhere when its pods end. The least that Argo knows: as long as a pod of
 * it is available, Argo (1.9.1) points the canary's Service at it and back at stable in every reconciliation, which that change
 * sets off again, and the gateways load their configuration anew each time: 21 to 33 times with five seconds, 3 to 8 with one.
 */
const ABORTED_SECONDS = 1;

/**
 * Old versions that Argo keeps: the one before stable, and two that failed since. Each costs: in every reconciliation Argo (1.9.1)
 * asks for the pods of every version that it keeps, one after the other. With twelve it was 14 lists a second in each region
 * while a canary ran (measured), and the processors that three regions share had no time left for anything else.
 */
const KEPT_VERSIONS = 3;

/**
 * More than are ever kept. Argo counts what was created in between, releases that failed among it, and what is outside of the
 * window goes back through the gates, its pods scaled to none on the way. These are the pods that serve: where eleven failed
 * releases were kept and the window was ten, two of three rollbacks after full promotion went without an answer for three and
 * for five seconds. What failed is kept out by the deny rule.
 */
const ROLLBACK_WINDOW = 10;

export interface RolloutFacts {
  service: string;
  template: core.v1.PodTemplateSpec;
  /** Fewest pods of stable. */
  leastReplicas: number;
  /** Whether the canary is judged by its requests. */
  judged: boolean;
}

/**
 * How Argo releases a service. Stable stays fully scaled through the release, and the version before it for an hour
 * afterwards, so that going back is a change of weights at any time. No `replicas`: the autoscaler owns them (Argo starts
 * with one, which `minPodsPerReplicaSet` makes two).
 */
export function rolloutSpec({ service, template, leastReplicas, judged }: RolloutFacts): RolloutSpec {
  return {
    selector: { matchLabels: nameLabel(service) },
    template,
    // Two seconds of readiness, so that a pod that is ready for a moment only gets no requests.
    minReadySeconds: 2,
    revisionHistoryLimit: KEPT_VERSIONS,
    rollbackWindow: { revisions: ROLLBACK_WINDOW },
    // Pods that do not come up abort the release; waiting at a gate is no lack of progress to Argo.
    progressDeadlineSeconds: 300,
    progressDeadlineAbort: true,
    analysis: { successfulRunHistoryLimit: 5, unsuccessfulRunHistoryLimit: 5 },
    strategy: {
      canary: {
        stableService: `${service}-stable`,
        canaryService: `${service}-canary`,
        trafficRouting: { traefik: { weightedTraefikServiceName: service } },
        steps: canarySteps(service),
        ...(judged ? { analysis: backgroundAnalysis(service) } : {}),
        // `dynamicStableScale: false` is the default and left out: Argo drops it whenever it writes the Rollout, and each
        // preview would show it coming back.
        scaleDownDelaySeconds: WARM_SECONDS,
        scaleDownDelayRevisionLimit: 1,
        abortScaleDownDelaySeconds: ABORTED_SECONDS,
        // A canary of one pod would be judged by its node.
        minPodsPerReplicaSet: 2,
        replicaProgressThreshold: { type: "Percent", value: allButOne(leastReplicas) },
      },
    },
  };
}

/** Argo does not give requests back to a stable of which a pod is missing, unless this share of it is enough. */
export const allButOne = (replicas: number): number => Math.floor((100 * (replicas - 1)) / replicas);

const backgroundAnalysis = (service: string): NonNullable<RolloutSpec["strategy"]["canary"]["analysis"]> => ({
  templates: [{ templateName: `${service}-slo` }],
  startingStep: FIRST_JUDGED_STEP,
  args: [
    { name: "canary", valueFrom: { podTemplateHashValue: "Latest" } },
    { name: "stable", valueFrom: { podTemplateHashValue: "Stable" } },
  ],
});
