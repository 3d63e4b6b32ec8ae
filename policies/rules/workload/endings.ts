import { inContainers, inPods, lastingContainersOf, ofContainers, podOf, REPLICATED } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { numberOf, recordOf } from "../../values.ts";

/** Kubernetes' own default. */
const DEFAULT_GRACE = 30;

export default rule({
  id: "WRK-017",
  title: "A pod that ends first waits until nobody asks it any more, and has time left for what is under way",
  severity: "high",
  why: "A pod is told to end at the moment at which gateways begin to hear of it: without a pause it refuses requests that are still on their way, at every scale-down, drain and rollback.",
  sources: [
    kubernetes(
      "concepts/workloads/pods/pod-lifecycle/",
      "endpoints are taken away while the pod is already told to end",
    ),
  ],
  fix: "Set lifecycle.preStop.sleep.seconds of the containers, and terminationGracePeriodSeconds to more than that.",
  applies: REPLICATED,
  needs: [...inPods("terminationGracePeriodSeconds"), ...inContainers("lifecycle.preStop")],
  check: (workload, { type }) => {
    const { at: place, value: pod } = podOf(workload, type);
    const grace = numberOf(pod.terminationGracePeriodSeconds) ?? DEFAULT_GRACE;
    return ofContainers(lastingContainersOf(workload, type), ({ at, value }) => {
      const hook = recordOf(recordOf(value.lifecycle).preStop);
      if (Object.keys(hook).length === 0) return `${at}.lifecycle.preStop is missing`;
      const pause = numberOf(recordOf(hook.sleep).seconds) ?? 0;
      return grace > pause
        ? undefined
        : `${place}.terminationGracePeriodSeconds is ${grace}, must be more than the ${pause} of ${at}.lifecycle.preStop`;
    });
  },
});
