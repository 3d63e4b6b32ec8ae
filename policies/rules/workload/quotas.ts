import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { kubernetes } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { recordOf } from "../../values.ts";

/** What one namespace must not take from the others. */
const LIMITED = ["pods", "requests.cpu", "requests.memory", "limits.memory"];

export default stackRule({
  id: "WRK-021",
  title: "Every namespace has a quota, and defaults for containers that ask for nothing",
  severity: "medium",
  why: "A controller that makes pods without end takes the nodes that a canary, or the way back from it, needs; under a quota a container that asks for nothing does not start at all unless a LimitRange gives it something.",
  sources: [
    kubernetes("concepts/policy/resource-quotas/", "under a quota a pod without requests is refused"),
    kubernetes("concepts/policy/limit-range/", "defaults for containers that say nothing"),
  ],
  fix: `Declare a ResourceQuota on ${LIMITED.join(", ")} and a LimitRange with defaultRequest and default in the namespace.`,
  applies: [KUBERNETES.namespace, KUBERNETES.resourceQuota, KUBERNETES.limitRange],
  needs: ["metadata.name", "metadata.namespace", "spec.hard", "spec.limits"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster.of(KUBERNETES.namespace).flatMap(({ urn, objectName }) => {
        const limited = cluster
          .of(KUBERNETES.resourceQuota, objectName)
          .flatMap(({ spec }) => Object.keys(recordOf(spec.hard)));
        const missing = LIMITED.filter((each) => !limited.includes(each));
        return [
          ...(missing.length === 0 ? [] : [{ urn, text: `no ResourceQuota in it limits ${missing.join(", ")}` }]),
          ...(cluster.of(KUBERNETES.limitRange, objectName).length > 0
            ? []
            : [{ urn, text: "no LimitRange in it says what a container gets that asks for nothing" }]),
        ];
      }),
    ),
});
