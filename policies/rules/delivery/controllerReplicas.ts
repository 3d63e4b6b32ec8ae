import { chartOf, chartValue } from "../../kubernetes/charts.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

/** Where each chart says how many pods of a controller there are, and whether a disruption budget keeps one: `true`, or a budget itself. */
const CHARTS: Readonly<Record<string, { replicas: string; budget: string }>> = {
  "argo-rollouts": { replicas: "controller.replicas", budget: "controller.pdb.enabled" },
  traefik: { replicas: "deployment.replicas", budget: "podDisruptionBudget.enabled" },
  "cert-manager": { replicas: "replicaCount", budget: "podDisruptionBudget.enabled" },
  "aws-load-balancer-controller": { replicas: "replicaCount", budget: "podDisruptionBudget" },
  "external-secrets": { replicas: "replicaCount", budget: "podDisruptionBudget.enabled" },
};

const hasBudget = (value: unknown): boolean => value === true || Object.keys(recordOf(value)).length > 0;

const PLACES = [...new Set(Object.values(CHARTS).flatMap(({ replicas, budget }) => [replicas, budget]))];

export default rule({
  id: "DEL-024",
  title: "Gateway and controllers have a second pod, and a budget that keeps one through a drain",
  severity: "high",
  why: "A canary that fails while the only controller is being moved to another node is aborted by nobody, and a region whose only gateway moves answers nobody.",
  sources: [
    kubernetes("concepts/workloads/pods/disruptions/", "a drain takes pods away, and a budget says how many at once"),
  ],
  fix: "Set the chart's replicas to 2 or more and its disruption budget on.",
  applies: [KUBERNETES.helmRelease],
  needs: ["chart", ...PLACES.map((place) => `values.${place}`)],
  check: (release) => {
    const places = CHARTS[chartOf(release)];
    if (places === undefined) return [];
    const replicas = chartValue(release, places.replicas);
    return [
      ...(typeof replicas === "number" && replicas >= 2
        ? []
        : [
            `values.${places.replicas} is ${typeof replicas === "number" ? replicas : "not given"}, must be at least 2`,
          ]),
      ...(hasBudget(chartValue(release, places.budget)) ? [] : [`values.${places.budget} gives no disruption budget`]),
    ];
  },
});
