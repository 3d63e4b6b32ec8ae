import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

const EVERYTHING = ["100%"];
const NOTHING = [0, "0", "0%"];

export default rule({
  id: "WRK-011",
  title: "A disruption budget lets a drain go on",
  severity: "high",
  why: "A budget that lets no pod go holds up every drain, and with it the update of nodes and of the cluster; the cloud then ends the pods without asking it.",
  sources: [
    kubernetes("tasks/run-application/configure-pdb/", "a budget that allows no eviction never lets a drain end"),
  ],
  fix: "Set maxUnavailable to 1, or minAvailable to less than all.",
  applies: [KUBERNETES.disruptionBudget],
  needs: ["spec.maxUnavailable", "spec.minAvailable"],
  check: ({ spec }) => {
    const { maxUnavailable, minAvailable } = recordOf(spec);
    if (maxUnavailable === undefined && minAvailable === undefined) return "spec says nothing of how many may go";
    return [
      ...(NOTHING.some((each) => each === maxUnavailable) ? ["spec.maxUnavailable lets no pod go"] : []),
      ...(EVERYTHING.some((each) => each === minAvailable) ? ["spec.minAvailable keeps every pod"] : []),
    ];
  },
});
