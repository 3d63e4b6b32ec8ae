import { ofRollouts } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { DENIED } from "../../sources/ours.ts";
import { argoRollouts } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, recordOf } from "../../values.ts";

export default stackRule({
  id: "DEL-042",
  title: "What was rolled back cannot be set again: every Rollout has an admission rule on denied digests",
  severity: "critical",
  why: "Argo takes a version that is younger than the rollback window and older than stable for a way back, and skips every gate and analysis for it: a digest that failed would get all requests at once from an old checkout.",
  sources: [
    DENIED,
    argoRollouts("docs/features/rollback.md", "within rollbackWindow all steps and analyses are skipped"),
  ],
  fix: "Bind a ValidatingAdmissionPolicy on the Rollout to the ConfigMap <service>-denied of its namespace.",
  applies: [KUBERNETES.rollout, KUBERNETES.admissionPolicy, KUBERNETES.admissionBinding],
  needs: ["metadata.name", "spec.paramRef", "spec.matchConstraints"],
  check: (resources) =>
    ofRollouts(resources, ({ namespace, objectName }, cluster) => {
      const guards = cluster.of(KUBERNETES.admissionPolicy).filter(({ spec }) =>
        listOf(recordOf(spec.matchConstraints).resourceRules)
          .map(recordOf)
          .some(
            ({ resources: kinds, resourceNames, operations }) =>
              listOf(kinds).includes("rollouts") &&
              (resourceNames === undefined || listOf(resourceNames).includes(objectName)) &&
              ["CREATE", "UPDATE"].every(
                (each) => listOf(operations).includes(each) || listOf(operations).includes("*"),
              ),
          ),
      );
      const isBound = cluster.of(KUBERNETES.admissionBinding).some(({ spec }) => {
        const { name, namespace: of } = recordOf(spec.paramRef);
        return (
          guards.some(({ objectName: policy }) => policy === spec.policyName) &&
          name === `${objectName}-denied` &&
          of === namespace
        );
      });
      return isBound ? [] : ["no admission rule keeps denied digests out of it"];
    }),
});
