import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { atLeast, settings } from "../../settings.ts";
import { TRAPS } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-009",
  title: "Going back skips gates, even after a release that failed",
  severity: "critical",
  why: "Argo runs a rollback inside rollbackWindow without steps and analyses. It counts the revisions in between, failed ones among them: with none or one, a rollback waits at the gates while its pods are scaled down.",
  sources: [
    argoRollouts("docs/features/rollback.md", "within rollbackWindow all steps and analyses are skipped"),
    TRAPS,
  ],
  fix: "Set spec.rollbackWindow.revisions to 2 or more.",
  ...settings({ [KUBERNETES.rollout]: { "spec.rollbackWindow.revisions": atLeast(2) } }),
});
