import { metricsOf } from "../../delivery/canary.ts";
import { splitAt } from "../../expression.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { novacron } from "../../sources/novacron.ts";
import { argoRollouts } from "../../sources/products.ts";
import { textOf } from "../../values.ts";

/** True only where Prometheus answered with a series. */
const GUARD = /^\s*len\(result\)\s*>\s*0\s*&&/;

/** What binds looser than `&&`, so that the guard is one way of several to be true, or only chooses between two. */
const ALTERNATIVES = /\|\|?|\bor\b|\?|;/y;

const isGuarded = (condition: string): boolean =>
  GUARD.test(condition) && splitAt(condition, ALTERNATIVES).length === 1;

export default rule({
  id: "DEL-015",
  title: "No data is no success, in any analysis",
  severity: "critical",
  why: "Every gate of NovaCron's own scripts passes when its series is missing. A condition that only says what failure is passes for the same reason, and an empty result cannot be told from a good one.",
  sources: [
    argoRollouts("docs/features/analysis.md#empty-array", "an empty result passes or fails as the condition has it"),
    novacron.rolloutScript,
  ],
  fix: "Give each metric a successCondition that begins with `len(result) > 0 &&`, with every `||` behind it in parentheses.",
  applies: [KUBERNETES.analysisTemplate],
  needs: ["spec.metrics[].successCondition"],
  check: (template) => {
    const metrics = metricsOf(template);
    if (metrics.length === 0) return "spec.metrics measures nothing";
    return metrics
      .filter(({ value }) => !isGuarded(textOf(value.successCondition) ?? ""))
      .map(({ at }) => `${at}.successCondition does not ask first, and in any case, whether there is data`);
  },
});
