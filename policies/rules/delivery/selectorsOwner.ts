import { canaryOf } from "../../delivery/canary.ts";
import { ofRollouts, selectorFindings } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-036",
  title: "The selectors of stable and canary are Argo's alone",
  severity: "critical",
  why: "Argo points each Service at one version. A run that puts the program's selector back makes both lead to all pods: weights then mean nothing, and a rollback takes nothing away.",
  sources: [
    argoRollouts(
      "docs/features/traffic-management/index.md#how-does-argo-rollouts-enable-traffic-management",
      "the controller points the two Services at their versions",
    ),
  ],
  fix: 'Set ignoreChanges to ["spec.selector"] on both Services.',
  applies: [KUBERNETES.rollout, KUBERNETES.service],
  needs: ["metadata.name", "spec.strategy"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const { stableService, canaryService } = canaryOf(rollout);
      return [stableService, canaryService]
        .map((name) => cluster.find(KUBERNETES.service, rollout.namespace, name))
        .filter((service) => service !== undefined)
        .flatMap(selectorFindings);
    }),
});
