import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { atLeast, settings } from "../../settings.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-010",
  title: "Old versions are kept, also after releases that failed",
  severity: "high",
  why: "What was deleted from the history cannot be scaled up: a rollback to it is a new release that waits at every gate. Each release that fails takes a place in it.",
  sources: [
    argoRollouts(
      "docs/features/specification.md",
      "revisionHistoryLimit is the number of old ReplicaSets that are kept",
    ),
    argoRollouts("docs/features/rollback.md", "a rollback goes back to a ReplicaSet of the history"),
  ],
  fix: "Set spec.revisionHistoryLimit to 2 or more.",
  ...settings({ [KUBERNETES.rollout]: { "spec.revisionHistoryLimit": atLeast(2) } }),
});
