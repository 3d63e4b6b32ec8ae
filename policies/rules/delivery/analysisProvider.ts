import { metricsOf } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

export default rule({
  id: "DEL-016",
  title: "Analyses ask Prometheus, nothing else",
  severity: "critical",
  why: "Argo's web provider takes any answer 200 without JSON for a success and cannot be told otherwise; the others ask services outside the region, on which a rollback must not depend.",
  sources: [
    argoRollouts(
      "metricproviders/webmetric/webmetric.go",
      "the web provider calls every answer without JSON successful",
    ),
  ],
  fix: "Export the verdict as a series and ask for it with the prometheus provider.",
  applies: [KUBERNETES.analysisTemplate],
  needs: ["spec.metrics[].provider"],
  check: (template) =>
    metricsOf(template).flatMap(({ at, value }) => {
      const providers = Object.keys(recordOf(value.provider));
      return providers.length === 1 && providers[0] === "prometheus" ? [] : [`${at}.provider must be prometheus`];
    }),
});
