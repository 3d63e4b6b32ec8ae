import { CANARY, canaryOf, stepsOf, templatesOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { CANARYING } from "../../sources/papers.ts";
import { argoRollouts } from "../../sources/products.ts";
import { listOf, numberOf, recordOf } from "../../values.ts";

export default rule({
  id: "DEL-014",
  title: "A canary is judged by its own requests, from its first on",
  severity: "critical",
  why: "Earlier there is no data, and no data is a failure; later, the first stage goes unwatched. Without the canary's own hash the analysis sees both versions together, and nine tenths of stable hide the tenth that fails.",
  sources: [
    CANARYING,
    argoRollouts(
      "docs/features/analysis.md#analysis-template-arguments",
      "podTemplateHashValue tells the newest version from stable",
    ),
  ],
  fix: "Start spec.strategy.canary.analysis right after the first setWeight (startingStep), with an argument from podTemplateHashValue Latest.",
  applies: [KUBERNETES.rollout],
  needs: [`${CANARY}.analysis.startingStep`, `${CANARY}.analysis.args`],
  check: (rollout) => {
    const analysis = recordOf(canaryOf(rollout).analysis);
    // Whether there has to be one depends on who gets requests: DEL-034.
    if (templatesOf(analysis).length === 0) return [];
    const begins = numberOf(analysis.startingStep) ?? 0;
    const first = stepsOf(rollout).findIndex(({ weight }) => weight !== undefined) + 1;
    const isOwn = listOf(analysis.args).some(
      (each) => recordOf(recordOf(each).valueFrom).podTemplateHashValue === "Latest",
    );
    return [
      ...(begins === first
        ? []
        : [`${CANARY}.analysis.startingStep is ${begins}, and the first requests come with step ${first}`]),
      ...(isOwn ? [] : [`${CANARY}.analysis.args does not name the canary's own pods`]),
    ];
  },
});
