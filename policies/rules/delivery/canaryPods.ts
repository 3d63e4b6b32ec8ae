import { CANARY } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { atLeast, settings } from "../../settings.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-012",
  title: "A canary has at least two pods",
  severity: "medium",
  why: "A canary of one pod is judged by the node that it happens to stand on, and is gone altogether when that node is drained.",
  sources: [
    argoRollouts("docs/features/specification.md", "minPodsPerReplicaSet is 1 by default, and there for availability"),
  ],
  fix: "Set spec.strategy.canary.minPodsPerReplicaSet to 2 or more.",
  ...settings({ [KUBERNETES.rollout]: { [`${CANARY}.minPodsPerReplicaSet`]: atLeast(2) } }),
});
