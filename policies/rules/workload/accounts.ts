import { inPods, podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";

export default rule({
  id: "WRK-013",
  title: "A pod has a service account of its own, and a token only where it says so",
  severity: "high",
  why: "The default account is every pod's of the namespace, and Kubernetes mounts its token unasked: a right that one of them gets, all have, an intruder in any of them too.",
  sources: [
    cis.kubernetes("5.1.5", "default service accounts are not used"),
    kubernetes("concepts/security/service-accounts/", "a pod that names none has the namespace's default account"),
  ],
  fix: "Set serviceAccountName to an account of the program's own, and automountServiceAccountToken to false or, where the program calls the API, to true.",
  applies: WORKLOADS,
  needs: inPods("serviceAccountName", "automountServiceAccountToken"),
  check: (workload, { type }) => {
    const { at, value: pod } = podOf(workload, type);
    return [
      ...([undefined, "", "default"].some((each) => each === pod.serviceAccountName)
        ? [`${at}.serviceAccountName must name an account of its own`]
        : []),
      ...(typeof pod.automountServiceAccountToken === "boolean"
        ? []
        : [`${at}.automountServiceAccountToken must say whether it gets a token`]),
    ];
  },
});
