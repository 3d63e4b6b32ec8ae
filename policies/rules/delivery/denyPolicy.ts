import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { DENIED } from "../../sources/ours.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "DEL-025",
  title: "Admission rules refuse, and refuse too when they cannot decide",
  severity: "critical",
  why: "Argo takes a failed digest for a way back and gives it all requests; what keeps it out is the admission rule on denied digests. One that only warns, or is ignored when it fails, keeps nothing out.",
  sources: [
    kubernetes(
      "reference/access-authn-authz/validating-admission-policy/",
      "failurePolicy, and validationActions of a binding",
    ),
    DENIED,
  ],
  fix: "Set failurePolicy of the policy to Fail, and validationActions of its binding to Deny.",
  applies: [KUBERNETES.admissionPolicy, KUBERNETES.admissionBinding],
  needs: ["spec.failurePolicy", "spec.validationActions"],
  check: ({ spec }, { type }) => {
    const { failurePolicy, validationActions } = recordOf(spec);
    if (type === KUBERNETES.admissionPolicy)
      // Kubernetes' default is Fail.
      return [undefined, "Fail"].includes(failurePolicy as string) ? [] : "spec.failurePolicy must be Fail";
    return listOf(validationActions).includes("Deny") ? [] : "spec.validationActions lacks Deny";
  },
});
