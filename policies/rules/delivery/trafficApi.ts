import { argumentOf, chartOf } from "../../kubernetes/charts.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { argoRollouts } from "../../sources/products.ts";

/** The group that Traefik 3 has; Argo's own defaults are of Traefik 2. */
const ARGUMENTS = { "traefik-api-group": "traefik.io", "traefik-api-version": "traefik.io/v1alpha1" };

export default rule({
  id: "DEL-023",
  title: "The release controller writes weights where the gateway reads them",
  severity: "critical",
  why: "Argo's default is the API group of Traefik 2: it then finds no weighted service, no weight ever moves, and an abort moves none back.",
  sources: [
    argoRollouts("utils/defaults/defaults.go", "the API group is traefik.containo.us unless a flag says otherwise"),
  ],
  fix: "Give the argo-rollouts chart controller.extraArgs --traefik-api-group=traefik.io and --traefik-api-version=traefik.io/v1alpha1.",
  applies: [KUBERNETES.helmRelease],
  needs: ["chart", "values.controller.extraArgs"],
  check: (release) =>
    chartOf(release) !== "argo-rollouts"
      ? []
      : Object.entries(ARGUMENTS)
          .filter(([name, value]) => argumentOf(release, "controller.extraArgs", name) !== value)
          .map(([name, value]) => `values.controller.extraArgs lacks --${name}=${value}`),
});
