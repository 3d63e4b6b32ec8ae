import { podOf } from "../../kubernetes/pods.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { numberOf, recordOf } from "../../values.ts";

/** The priority of load and measurements, whose absence nobody notices. */
const BACKGROUND = "novacron-background";

export default rule({
  id: "WRK-009",
  title: "Everything but background work has a second pod",
  severity: "high",
  why: "One pod goes with its node, its zone or its update. The token check fails closed: while its only pod moves, every external request is refused.",
  sources: [
    kubernetes(
      "concepts/workloads/pods/disruptions/",
      "an application that must not be interrupted has more than one replica",
    ),
  ],
  fix: `Set spec.replicas to 2 or more, or give what may be gone for a while the priority class ${BACKGROUND}.`,
  applies: [KUBERNETES.deployment],
  needs: ["spec.replicas", "spec.template.spec.priorityClassName"],
  check: (workload, { type }) => {
    const replicas = numberOf(recordOf(workload.spec).replicas) ?? 1;
    return replicas >= 2 || podOf(workload, type).value.priorityClassName === BACKGROUND
      ? []
      : `spec.replicas is ${replicas}, must be at least 2`;
  },
});
