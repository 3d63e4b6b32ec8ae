import { CANARY, canaryOf, stepsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "DEL-017",
  title: "No analysis is a dry run",
  severity: "critical",
  why: "A metric in dryRun is measured and shown like any other, and its verdict is thrown away: the release goes on whatever it says.",
  sources: [
    argoRollouts("docs/features/analysis.md#dry-run-mode", "a metric in dryRun has no influence on the release"),
  ],
  fix: "Take dryRun away.",
  applies: [KUBERNETES.rollout, KUBERNETES.analysisTemplate],
  needs: [`${CANARY}.analysis.dryRun`, "spec.dryRun"],
  check: (object) => {
    const places: [string, unknown][] = [
      ["spec", object.spec],
      [`${CANARY}.analysis`, canaryOf(object).analysis],
      ...stepsOf(object).map(({ at, value }): [string, unknown] => [`${at}.analysis`, value.analysis]),
    ];
    return places
      .filter(([, value]) => listOf(recordOf(value).dryRun).length > 0)
      .map(([at]) => `${at}.dryRun throws verdicts away`);
  },
});
