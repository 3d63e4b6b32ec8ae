import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { numberOf, recordOf, textOf } from "../../values.ts";

export default rule({
  id: "WRK-012",
  title: "An update takes no pod away before its successor is ready",
  severity: "high",
  why: "Recreate ends all pods first, and a maxUnavailable of one of two halves a service for as long as a new pod takes to start: the token check and the gate are asked about every request and every stage.",
  sources: [
    kubernetes(
      "concepts/workloads/controllers/deployment/",
      "Recreate ends all pods first, maxUnavailable is a quarter by default",
    ),
  ],
  fix: "Use RollingUpdate with maxUnavailable 0.",
  applies: [KUBERNETES.deployment],
  needs: ["spec.replicas", "spec.strategy.type", "spec.strategy.rollingUpdate.maxUnavailable"],
  check: ({ spec }) => {
    const { replicas, strategy } = recordOf(spec);
    const { type = "RollingUpdate", rollingUpdate } = recordOf(strategy);
    if (type !== "RollingUpdate") return "spec.strategy.type must be RollingUpdate";
    const gone = unavailable(recordOf(rollingUpdate).maxUnavailable ?? "25%", numberOf(replicas) ?? 1);
    return gone === 0 ? [] : `spec.strategy.rollingUpdate.maxUnavailable takes ${gone} pods away, must be 0`;
  },
});

/** Kubernetes rounds a percentage down. What it is not is taken for all. */
function unavailable(value: unknown, replicas: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(textOf(value) ?? "")?.[1];
  return percent === undefined ? replicas : Math.floor((Number(percent) * replicas) / 100);
}
