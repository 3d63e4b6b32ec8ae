import { inPods, podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";

export default rule({
  id: "WRK-015",
  title: "Every pod says how important it is",
  severity: "medium",
  why: "When nodes are short, during the loss of a zone or a release with both versions up, the scheduler makes room by priority: what has none is ended together with the background load, the gate and the token check among it.",
  sources: [
    kubernetes(
      "concepts/scheduling-eviction/pod-priority-preemption/",
      "who is scheduled, and who is evicted for whom",
    ),
  ],
  fix: "Set priorityClassName.",
  applies: WORKLOADS,
  needs: inPods("priorityClassName"),
  check: (workload, { type }) => {
    const { at, value: pod } = podOf(workload, type);
    return [undefined, ""].some((each) => each === pod.priorityClassName) ? `${at}.priorityClassName is missing` : [];
  },
});
