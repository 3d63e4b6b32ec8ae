import { canaryOf, membersOf, weightsOf } from "../../delivery/canary.ts";
import { ofRollouts, templatesOfRollout } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-035",
  title: "Everything that a Rollout names exists, and its weighted service holds stable and canary alone",
  severity: "critical",
  why: "Argo calls a Rollout with a missing name invalid and stops looking at it, aborts among them; a third member of the weighted service gets requests that no weight of Argo's takes away.",
  sources: [
    argoRollouts(
      "pkg/apis/rollouts/validation/validation_references.go",
      "a Rollout that names what there is not is invalid",
    ),
  ],
  fix: "Declare the Services, the weighted TraefikService and the AnalysisTemplates under the names that the Rollout has.",
  applies: [KUBERNETES.rollout, KUBERNETES.service, KUBERNETES.traefikService, KUBERNETES.analysisTemplate],
  needs: ["metadata.name", "metadata.namespace", "spec.strategy", "spec.weighted.services"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const { namespace } = rollout;
      const { stableService, canaryService } = canaryOf(rollout);
      const weights = cluster.find(KUBERNETES.traefikService, namespace, weightsOf(rollout));
      const members = weights && membersOf(weights).map(({ name }) => name);
      const templates = [...templatesOfRollout(rollout, "steps"), ...templatesOfRollout(rollout, "background")];
      const missing = (type: string, name: unknown) => cluster.find(type, namespace, name) === undefined;
      return [
        ...(missing(KUBERNETES.service, stableService) ? ["stableService names no Service of its namespace"] : []),
        ...(missing(KUBERNETES.service, canaryService) ? ["canaryService names no Service of its namespace"] : []),
        ...(members === undefined ? ["trafficRouting names no TraefikService of its namespace"] : []),
        ...(members === undefined ||
        (members.length === 2 && members.includes(stableService) && members.includes(canaryService))
          ? []
          : ["its TraefikService has other members than stableService and canaryService"]),
        ...(templates.some((name) => missing(KUBERNETES.analysisTemplate, name))
          ? ["an analysis names no AnalysisTemplate of its namespace"]
          : []),
      ];
    }),
});
