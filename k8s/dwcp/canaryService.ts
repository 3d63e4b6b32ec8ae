import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ComponentResource, type ComponentResourceOptions, mergeOptions } from "@pulumi/pulumi";
import { type PlannedCeiling, WAVE_ANNOTATION } from "../../infra/plan/release.ts";
import { AnalysisTemplate, Rollout } from "../crds/rollouts.ts";
import { TraefikService } from "../crds/traefik.ts";
import type { Namespace } from "../platform/names.ts";
import { gateTemplate, objectiveTemplate } from "./analysis.ts";
import { DIGEST_ANNOTATION } from "./canarySteps.ts";
import { DenyRule } from "./denyRule.ts";
import { nameLabel, type Program, podTemplate } from "./podTemplate.ts";
import { HASH_LABEL, rolloutSpec } from "./rolloutSpec.ts";
import { SERVICE_PORT, versionService } from "./versionService.ts";

/** CPU in percent of what was requested at which pods are added: DWCP's target is to stay below 70. */
const TARGET_CPU = 60;

/** Where a released service is: its Rollout, its weighted TraefikService and the rest have this name or begin with it. */
export interface ReleasedService {
  name: string;
  namespace: Namespace;
}

export interface CanaryServiceArgs {
  namespace: Namespace;
  /** Its name is that of the Rollout, and the beginning of all names of the service. */
  program: Omit<Program, "spreadBy">;
  ceiling: PlannedCeiling;
  /** Least and most pods of stable. The first is what runs where nothing measures CPU. */
  replicas: { least: number; most: number };
  /**
   * Whether a canary is judged by its requests. False for a version that gets none, such as the one that the kill switch
   * keeps warm: no data would fail each of its releases.
   */
  judged: boolean;
}

/**
 * A service that is released step by step: a Rollout behind a weighted TraefikService, with the gates and the objective that
 * decide how far each image goes. `<name>` is reached through that TraefikService; Argo alone owns its weights.
 *
 * Operators' tools change the release ceiling and the image in Pulumi's own name, so an `up` in the middle of a release
 * finds what it would have made.
 */
export class CanaryService extends ComponentResource {
  readonly service: ReleasedService;

  constructor(name: string, args: CanaryServiceArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:CanaryService", name, {}, options);
    const { namespace, ceiling, replicas } = args;
    const service = args.program.name;
    const program: Program = { ...args.program, spreadBy: HASH_LABEL };
    const own = { parent: this };
    const metadata = (suffix = "") => ({ name: `${service}${suffix}`, namespace, labels: nameLabel(service) });

    const account = new ServiceAccount(
      `${name}-account`,
      { metadata: metadata(), automountServiceAccountToken: false },
      own,
    );
    const release = new ConfigMap(
      `${name}-release`,
      {
        metadata: { ...metadata("-release"), annotations: { [WAVE_ANNOTATION]: String(ceiling.wave) } },
        data: { digest: ceiling.digest, stage: ceiling.stage, denied: ceiling.denied.join(" ") },
      },
      own,
    );
    const denial = new DenyRule(`${name}-deny-rule`, { service, namespace }, own);

    // Argo points each at one version.
    const versions = ["stable", "canary"].map((version) =>
      versionService(`${name}-${version}`, service, metadata(`-${version}`), own),
    );
    const weights = new TraefikService(
      `${name}-weights`,
      {
        metadata: metadata(),
        spec: {
          weighted: {
            services: [
              { name: `${service}-stable`, port: SERVICE_PORT, weight: 100 },
              { name: `${service}-canary`, port: SERVICE_PORT, weight: 0 },
            ],
          },
        },
      },
      mergeOptions(own, { ignoreChanges: ["spec.weighted.services"], dependsOn: versions }),
    );
    const templates = [
      new AnalysisTemplate(`${name}-gate`, { metadata: metadata("-gate"), spec: gateTemplate(service) }, own),
      new AnalysisTemplate(`${name}-slo`, { metadata: metadata("-slo"), spec: objectiveTemplate(service) }, own),
    ];

    const budget = new PodDisruptionBudget(
      `${name}-budget`,
      {
        metadata: metadata(),
        // Pods that are not ready answer nothing: they may go, so that a broken canary does not hold up a drain.
        spec: {
          maxUnavailable: 1,
          unhealthyPodEvictionPolicy: "AlwaysAllow",
          selector: { matchLabels: nameLabel(service) },
        },
      },
      own,
    );
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        metadata: { ...metadata(), annotations: { [DIGEST_ANNOTATION]: ceiling.digest } },
        spec: rolloutSpec({
          service,
          template: podTemplate(program),
          leastReplicas: replicas.least,
          judged: args.judged,
        }),
      },
      { ...own, dependsOn: [account, release, denial, weights, ...templates, budget] },
    );
    new HorizontalPodAutoscaler(
      `${name}-autoscaler`,
      {
        metadata: metadata(),
        spec: {
          scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: service },
          minReplicas: replicas.least,
          maxReplicas: replicas.most,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: TARGET_CPU } },
            },
          ],
          // A release needs the pods that it began with.
          behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
        },
      },
      // Reads the scale of a Rollout that must exist; it sets `spec.replicas`, which nobody else does.
      { ...own, dependsOn: [rollout] },
    );

    this.service = { name: service, namespace };
    this.registerOutputs({ service: this.service });
  }
}
