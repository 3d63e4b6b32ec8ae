import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";
import { numberOf, recordOf } from "../../values.ts";

/** What Argo keeps where nothing is said. */
const DEFAULT = 10;

export default rule({
  id: "DEL-010",
  title: "As many old versions are kept as the rollback window reaches back, and one more",
  severity: "high",
  why: "What was deleted from the history cannot be scaled up: a rollback to it is a new release that waits at every gate.",
  sources: [
    argoRollouts(
      "docs/features/specification.md",
      "revisionHistoryLimit is the number of old ReplicaSets that are kept",
    ),
    argoRollouts("docs/features/rollback.md", "a rollback goes back to a ReplicaSet of the history"),
  ],
  fix: "Set spec.revisionHistoryLimit to at least one more than spec.rollbackWindow.revisions.",
  applies: [KUBERNETES.rollout],
  needs: ["spec.revisionHistoryLimit", "spec.rollbackWindow.revisions"],
  check: ({ spec }) => {
    const { revisionHistoryLimit, rollbackWindow } = recordOf(spec);
    const window = numberOf(recordOf(rollbackWindow).revisions) ?? 0;
    const kept = revisionHistoryLimit === undefined ? DEFAULT : (numberOf(revisionHistoryLimit) ?? 0);
    return kept > window ? [] : `spec.revisionHistoryLimit keeps ${kept}, and ${window} + 1 = ${window + 1} are needed`;
  },
});
