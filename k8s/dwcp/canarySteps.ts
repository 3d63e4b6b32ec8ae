import type { Stage } from "../../infra/plan/release.ts";
import type { AnalysisArgument, CanaryStep } from "../crds/rollouts.ts";

/**
 * On the Rollout's own metadata: digest of the image that it is to run. Analyses take it from there, so that a gate always
 * asks about the digest that is in the template beside it.
 */
export const DIGEST_ANNOTATION = "novacron.io/digest";

/** The digest under which a Rollout's analyses ask. */
export const digestArgument: AnalysisArgument = {
  name: "digest",
  valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${DIGEST_ANNOTATION}']` } },
};

/** Waits until the release gate lets the digest enter a stage. */
const gate = (service: string, stage: Exclude<Stage, "0">): CanaryStep => ({
  analysis: {
    templates: [{ templateName: `${service}-gate` }],
    args: [{ name: "stage", value: stage }, digestArgument],
  },
});

/** The step after which the canary gets requests, and so can be judged by them. */
export const FIRST_JUDGED_STEP = 2;

/**
 * The way of every release, the same for ever: how far it goes is data in the release ceiling, since a changed list of
 * steps would make Argo begin again. The last gate ends the bake time, in which all requests go to the new version and
 * going back is still an abort.
 */
export function canarySteps(service: string): CanaryStep[] {
  return [
    gate(service, "10"),
    { setWeight: 10 },
    gate(service, "50"),
    { setWeight: 50 },
    gate(service, "100"),
    { setWeight: 100 },
    gate(service, "done"),
  ];
}
