import { CANARY, DIGEST_ANNOTATION, LAST_STAGE, type Step, stepsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { RELEASES } from "../../sources/ours.ts";
import { listOf, recordOf } from "../../values.ts";

/** Where a gate's question takes the digest from. */
const ANNOUNCED = `metadata.annotations['${DIGEST_ANNOTATION}']`;

export default rule({
  id: "DEL-004",
  title: "Each gate asks about the stage that it opens and the digest that the Rollout announces",
  severity: "critical",
  why: "A gate that asks about an earlier stage is answered by the permission for that one, and a gate that asks about a fixed digest by the permission for another image.",
  sources: [RELEASES],
  fix: `Give each gate the argument stage, the weight after it or ${LAST_STAGE} at the end, and the argument digest from the field ${ANNOUNCED}.`,
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.steps`],
  check: (rollout) => {
    const steps = stepsOf(rollout);
    return steps.flatMap((step, index) => (step.gate === undefined ? [] : faults(step, steps[index + 1])));
  },
});

function faults({ at, gate }: Step, next: Step | undefined): string[] {
  const stage = next === undefined ? LAST_STAGE : next.weight;
  const given = new Map(
    listOf(gate?.args)
      .map(recordOf)
      .map((each) => [each.name, each]),
  );
  const digest = recordOf(recordOf(given.get("digest")?.valueFrom).fieldRef).fieldPath;
  return [
    ...(given.get("stage")?.value === String(stage)
      ? []
      : [`${at}.analysis.args does not ask for the stage that the step after it begins`]),
    ...(digest === ANNOUNCED ? [] : [`${at}.analysis.args does not take the digest from ${ANNOUNCED}`]),
  ];
}
