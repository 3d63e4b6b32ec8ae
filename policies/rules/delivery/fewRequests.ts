import { metricsOf } from "../../delivery/canary.ts";
import { ofRollouts, templatesOfRollout } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { CANARYING } from "../../sources/papers.ts";
import { stackRule } from "../../stackRule.ts";
import { textOf } from "../../values.ts";

/** That there are at least so many of something. */
const AT_LEAST = /result\[0\]\s*>=?\s*\d/;

export default stackRule({
  id: "DEL-045",
  title: "A canary that gets too few requests has not passed",
  severity: "high",
  why: "Two good answers out of two are a share of errors of zero. Without a least number of requests the quiet night promotes what the morning brings down.",
  sources: [CANARYING],
  fix: "Add a metric to the objective template whose successCondition asks for a least rate of requests, such as `len(result) > 0 && result[0] >= 0.5`.",
  applies: [KUBERNETES.rollout, KUBERNETES.analysisTemplate],
  needs: ["spec.metrics"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const templates = templatesOfRollout(rollout, "background")
        .map((name) => cluster.find(KUBERNETES.analysisTemplate, rollout.namespace, name))
        .filter((template) => template !== undefined);
      const conditions = templates.flatMap(metricsOf).map(({ value }) => textOf(value.successCondition) ?? "");
      return templates.length === 0 || conditions.some((condition) => AT_LEAST.test(condition))
        ? []
        : ["no metric of its background analysis asks for a least number of requests"];
    }),
});
