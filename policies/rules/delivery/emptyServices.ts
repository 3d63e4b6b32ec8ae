import { chartOf, chartValue } from "../../kubernetes/charts.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { traefik } from "../../sources/products.ts";

const PLACE = "providers.kubernetesCRD.allowEmptyServices";

export default rule({
  id: "DEL-021",
  title: "A canary without endpoints takes nothing else with it",
  severity: "critical",
  why: "Without allowEmptyServices Traefik refuses the whole weighted service while one member has no endpoints: one crashed canary pod stops stable too.",
  sources: [
    traefik(
      "pkg/provider/kubernetes/crd/kubernetes_http.go",
      "a service without servers is an error unless allowEmptyServices is set",
    ),
  ],
  fix: `Set values.${PLACE} of the traefik chart to true.`,
  applies: [KUBERNETES.helmRelease],
  needs: ["chart", `values.${PLACE}`],
  check: (release) =>
    chartOf(release) !== "traefik" || chartValue(release, PLACE) === true ? [] : `values.${PLACE} must be true`,
});
