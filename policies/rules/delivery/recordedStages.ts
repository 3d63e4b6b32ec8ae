import { STAGES } from "../../delivery/canary.ts";
import { type Ceiling, ceilingsByService, isBefore, isUnderWay } from "../../delivery/ceilings.ts";
import { type Progress, progressOf } from "../../delivery/progress.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { RELEASES } from "../../sources/ours.ts";
import { SAFE_DEPLOYMENTS } from "../../sources/papers.ts";
import { argoRollouts } from "../../sources/products.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-047",
  title: "A release goes on only where the stage before is recorded: its weight reached, all earlier waves stable",
  severity: "critical",
  why: "Ceilings come from the stack's config, which anybody can edit past any stage, and count earlier waves as done whatever came of them. What was passed is what Argo's controller has recorded in the Rollouts: without it a digest gets half of all requests that never had a tenth, and one that a wave has aborted begins in the next.",
  sources: [
    SAFE_DEPLOYMENTS,
    RELEASES,
    argoRollouts("rollout/canary.go", "a status counts the steps that were passed, and none after an abort"),
  ],
  fix: "Promote with `novactl promote`, which asks for the same, or take release.stage and release.wave of the stack's config back to what `novactl status` shows. Run plain `pulumi` with --refresh: without it the state tells what was.",
  applies: [KUBERNETES.configMap, KUBERNETES.rollout],
  needs: [
    "metadata.name",
    "metadata.annotations",
    "data.digest",
    "data.stage",
    "status.stableRS",
    "status.observedGeneration",
    "status.currentPodHash",
    "status.currentStepIndex",
  ],
  isLive: true,
  check: (resources) => ceilingsByService(resources).flatMap(faults),
});

function faults(ceilings: Ceiling[]): StackFinding[] {
  const underWay = ceilings.filter(isUnderWay);
  const earlier = ceilings.filter((each) => underWay.some((current) => isBefore(each, current)));
  return [
    ...[...Map.groupBy(underWay, ({ stage }) => stage)].flatMap(([stage, wave]) => {
      const before = STAGES[STAGES.indexOf(Number(stage)) - 1];
      if (before === undefined) return [];
      // What was aborted goes nowhere, whatever is allowed.
      const hasPassed = ({ state, reached }: Progress) => state === "aborted" || reached >= before;
      return unrecorded(wave, hasPassed, `has not reached ${before} %, which its ceiling takes for passed`);
    }),
    ...[...Map.groupBy(earlier, ({ wave }) => wave).values()].flatMap((wave) =>
      unrecorded(wave, ({ state }) => state === "stable", "is not stable, and a later wave is under way"),
    ),
  ];
}

/**
 * The Rollouts of a wave of which it is not recorded that they have passed. One that its controller has yet to take up may
 * follow where others of its wave have passed: a region that was lost comes back so.
 */
function unrecorded(wave: Ceiling[], hasPassed: (progress: Progress) => boolean, text: string): StackFinding[] {
  const known = wave.flatMap(({ rollout }) => {
    const progress = rollout && progressOf(rollout);
    return progress === undefined ? [] : [{ urn: rollout?.urn ?? "", progress }];
  });
  const isRecorded = known.some(({ progress }) => hasPassed(progress));
  return known
    .filter(({ progress }) => !hasPassed(progress) && !(progress.state === "pending" && isRecorded))
    .map(({ urn }) => ({ urn, text }));
}
