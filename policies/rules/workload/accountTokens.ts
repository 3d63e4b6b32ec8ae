import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "WRK-014",
  title: "Service accounts give nobody a token unasked",
  severity: "medium",
  why: "A pod that a chart or an operator makes with the account gets its token mounted, whether it calls the API or not.",
  sources: [cis.kubernetes("5.1.6", "tokens are mounted only where they are needed")],
  fix: "Set automountServiceAccountToken of the ServiceAccount to false; a pod that needs a token says so itself.",
  ...settings({ [KUBERNETES.serviceAccount]: { automountServiceAccountToken: exactly(false) } }),
});
