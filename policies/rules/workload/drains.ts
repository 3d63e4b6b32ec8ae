import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

const EVERYTHING: readonly unknown[] = ["100%"];
const NOTHING: readonly unknown[] = [0, "0", "0%"];

export default rule({
  id: "WRK-011",
  title: "A disruption budget lets a drain go on, and not with every pod at once",
  severity: "high",
  why: "A budget that lets no pod go holds up every drain, and with it the update of nodes and of the cluster; the cloud then ends the pods without asking it. One that lets all of them go is none.",
  sources: [
    kubernetes("tasks/run-application/configure-pdb/", "a budget that allows no eviction never lets a drain end"),
  ],
  fix: "Set maxUnavailable to 1, or minAvailable to less than all and more than none.",
  applies: [KUBERNETES.disruptionBudget],
  needs: ["spec.maxUnavailable", "spec.minAvailable"],
  check: ({ spec }) => {
    const { maxUnavailable, minAvailable } = recordOf(spec);
    if (maxUnavailable === undefined && minAvailable === undefined) return "spec says nothing of how many may go";
    return [
      ...(NOTHING.includes(maxUnavailable) ? ["spec.maxUnavailable lets no pod go"] : []),
      ...(EVERYTHING.includes(maxUnavailable) ? ["spec.maxUnavailable lets every pod go at once"] : []),
      ...(EVERYTHING.includes(minAvailable) ? ["spec.minAvailable keeps every pod"] : []),
      ...(NOTHING.includes(minAvailable) ? ["spec.minAvailable keeps no pod"] : []),
    ];
  },
});
