import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { not, settings } from "../../settings.ts";
import { kubernetes } from "../../sources/products.ts";

export default rule({
  id: "WRK-016",
  title: "No priority class is everybody's",
  severity: "medium",
  why: "A class that is the cluster's default gives what nobody thought about the rank of what a region cannot do without, and what preempts it is decided by chance.",
  sources: [
    kubernetes(
      "concepts/scheduling-eviction/pod-priority-preemption/",
      "who is scheduled, and who is evicted for whom",
    ),
  ],
  fix: "Set globalDefault to false.",
  ...settings({ [KUBERNETES.priorityClass]: { globalDefault: not(true) } }),
});
