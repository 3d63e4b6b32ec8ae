import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { TRAPS } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";
import { numberOf, recordOf } from "../../values.ts";

/** What Argo keeps where nothing is said. */
const DEFAULT = 10;

export default rule({
  id: "DEL-009",
  title: "Going back skips gates, however many releases failed in between",
  severity: "critical",
  why: "Argo runs a rollback inside rollbackWindow without steps and analyses. It counts what was created in between, failed releases among it: outside of the window a rollback waits at the gates while its pods, which serve, are scaled to none.",
  sources: [
    argoRollouts("docs/features/rollback.md", "within rollbackWindow all steps and analyses are skipped"),
    argoRollouts(
      "docs/features/specification.md",
      "revisionHistoryLimit is the number of old ReplicaSets that are kept",
    ),
    TRAPS,
  ],
  fix: "Set spec.rollbackWindow.revisions to more than spec.revisionHistoryLimit, so that no kept version is outside of it.",
  applies: [KUBERNETES.rollout],
  needs: ["spec.revisionHistoryLimit", "spec.rollbackWindow.revisions"],
  check: ({ spec }) => {
    const { revisionHistoryLimit, rollbackWindow } = recordOf(spec);
    const window = numberOf(recordOf(rollbackWindow).revisions) ?? 0;
    const kept = revisionHistoryLimit === undefined ? DEFAULT : (numberOf(revisionHistoryLimit) ?? 0);
    return window > kept ? [] : `spec.rollbackWindow.revisions is ${window}, and ${kept} old versions are kept`;
  },
});
