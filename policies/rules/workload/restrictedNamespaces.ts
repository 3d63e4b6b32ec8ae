import { labelsOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf, textOf } from "../../values.ts";

/** Namespaces that may hold privileged pods. Those of the cluster itself are the cloud's; of ours none has a reason to. */
const PRIVILEGED: readonly string[] = [];

const ENFORCE = "pod-security.kubernetes.io/enforce";

export default rule({
  id: "WRK-005",
  title: "Every namespace admits restricted pods only",
  severity: "critical",
  why: "Charts and operators make pods that no rule here sees; the namespace is the last that looks at them, and without the label it looks at nothing.",
  sources: [
    kubernetes("concepts/security/pod-security-admission/", "a namespace's label decides which pods it admits"),
    cis.kubernetes("5.2.1", "every namespace has a policy for pods in place"),
  ],
  fix: `Set the label ${ENFORCE} to restricted.`,
  applies: [KUBERNETES.namespace],
  needs: ["metadata.name", "metadata.labels"],
  check: ({ metadata }) =>
    labelsOf(metadata)[ENFORCE] === "restricted" || PRIVILEGED.includes(textOf(recordOf(metadata).name) ?? "")
      ? []
      : `metadata.labels must set ${ENFORCE} to restricted`,
});
