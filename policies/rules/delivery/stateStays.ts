import { STAGES } from "../../delivery/canary.ts";
import { isCeiling } from "../../delivery/ceilings.ts";
import { clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { valueAt } from "../../path.ts";
import { ROLLBACK_SAFETY } from "../../sources/papers.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, recordOf, textOf } from "../../values.ts";

/** Stages at which two versions are up side by side. */
const UNDER_WAY = STAGES.map(String);

export default stackRule({
  id: "DEL-046",
  title: "While a stage is under way, nothing that holds state and no controller's definitions change",
  severity: "critical",
  why: "Weights go back in a moment, data and definitions of kinds do not: if state changes together with a stage, a rollback brings the old version back to what it cannot read, and nobody can say which of the two was at fault.",
  sources: [ROLLBACK_SAFETY],
  fix: "Take the change of the StatefulSet or the chart's version out of this run: make it before the release, or once it is done.",
  applies: [KUBERNETES.configMap, KUBERNETES.statefulSet, KUBERNETES.helmRelease],
  needs: ["metadata.name", "data.stage"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) => {
      const isUnderWay = cluster
        .of(KUBERNETES.configMap)
        .some(({ props }) => isCeiling(props) && UNDER_WAY.includes(textOf(recordOf(props.data).stage) ?? ""));
      if (!isUnderWay) return [];
      return [
        ...cluster
          .of(KUBERNETES.statefulSet)
          .filter(isChanging)
          .map(({ urn }) => ({ urn, text: "changes while a stage is under way in its cluster" })),
        ...cluster
          .of(KUBERNETES.helmRelease)
          .filter(isOtherVersion)
          .map(({ urn }) => ({
            urn,
            text: "its chart gets another version while a stage is under way in its cluster",
          })),
      ];
    }),
});

/** A dry run counts the generation up, and no controller has observed it. What does not exist yet has neither. */
function isChanging({ outcome }: KubernetesObject): boolean {
  const generation = numberOf(valueAt(outcome, "metadata.generation"));
  const observed = numberOf(valueAt(outcome, "status.observedGeneration"));
  return generation !== undefined && observed !== undefined && generation > observed;
}

function isOtherVersion({ outcome, props }: KubernetesObject): boolean {
  const installed = textOf(valueAt(outcome, "status.version"));
  return installed !== undefined && installed.replace(/^v/, "") !== textOf(props.version)?.replace(/^v/, "");
}
