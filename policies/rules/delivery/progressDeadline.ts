import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";
import { numberOf, recordOf } from "../../values.ts";

/** Seconds; Argo's own default. */
const MOST = 600;

export default rule({
  id: "DEL-011",
  title: "A canary whose pods do not come up aborts by itself within ten minutes",
  severity: "high",
  why: "Without progressDeadlineAbort Argo only notes that nothing moves: the half-started version keeps its share of the requests until somebody looks.",
  sources: [
    argoRollouts(
      "docs/features/specification.md",
      "progressDeadlineAbort is false by default, and progressDeadlineSeconds then only a condition",
    ),
  ],
  fix: `Set spec.progressDeadlineAbort to true and spec.progressDeadlineSeconds to at most ${MOST}.`,
  applies: [KUBERNETES.rollout],
  needs: ["spec.progressDeadlineAbort", "spec.progressDeadlineSeconds"],
  check: ({ spec }) => {
    const { progressDeadlineAbort, progressDeadlineSeconds = MOST } = recordOf(spec);
    const deadline = numberOf(progressDeadlineSeconds);
    return [
      ...(progressDeadlineAbort === true ? [] : ["spec.progressDeadlineAbort must be true"]),
      ...(deadline !== undefined && deadline <= MOST
        ? []
        : [`spec.progressDeadlineSeconds is ${deadline ?? "something else"}, must be at most ${MOST}`]),
    ];
  },
});
