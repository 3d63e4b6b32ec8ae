import { STAGES } from "../../delivery/canary.ts";
import { isCeiling } from "../../delivery/ceilings.ts";
import { clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { ROLLBACK_SAFETY } from "../../sources/papers.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, numberOf, recordOf, textOf } from "../../values.ts";

/** Stages at which two versions are up side by side. */
const UNDER_WAY = STAGES.map(String);

export default stackRule({
  id: "DEL-046",
  title:
    "While a stage is under way, nothing that holds state and no controller's definitions change, as a preview shows",
  severity: "critical",
  why: "Weights go back in a moment, data and definitions of kinds do not: if state changes together with a stage, a rollback brings the old version back to what it cannot read, and nobody can say which of the two was at fault. Only a preview can tell, which `novactl up` makes before each run: once the change is made there is nothing left to compare. What is deleted or replaced no rule is shown; `novactl up` asks for consent to that.",
  sources: [ROLLBACK_SAFETY],
  fix: "Take the change of the StatefulSet, of the version that a definition stores or of the chart's version out of this run: make it before the release, or once it is done.",
  applies: [KUBERNETES.configMap, KUBERNETES.statefulSet, KUBERNETES.definition, KUBERNETES.helmRelease],
  needs: ["metadata.name", "data.stage"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) => {
      const isUnderWay = cluster
        .of(KUBERNETES.configMap)
        .some(({ props }) => isCeiling(props) && UNDER_WAY.includes(textOf(recordOf(props.data).stage) ?? ""));
      if (!isUnderWay) return [];
      return CHANGES.flatMap(({ type, isChanged, text }) =>
        cluster
          .of(type)
          .filter(isChanged)
          .map(({ urn }) => ({ urn, text: `${text} while a stage is under way in its cluster` })),
      );
    }),
});

const CHANGES = [
  { type: KUBERNETES.statefulSet, isChanged: isChanging, text: "changes" },
  { type: KUBERNETES.definition, isChanged: isStoredTwice, text: "stores objects in two versions" },
  { type: KUBERNETES.helmRelease, isChanged: isOtherVersion, text: "its chart gets another version" },
];

/**
 * A dry run counts the generation up, and no controller has observed it. What does not exist yet is in no version in the store
 * and observed by nobody; what exists and lacks one of the two numbers is not the object that its controller knows.
 */
function isChanging({ outcome }: KubernetesObject): boolean {
  const { generation: counted, resourceVersion = "" } = recordOf(outcome?.metadata);
  const generation = numberOf(counted);
  const observed = numberOf(recordOf(outcome?.status).observedGeneration);
  const isThere = observed !== undefined || resourceVersion !== "";
  return isThere && (generation === undefined || observed === undefined || generation > observed);
}

/** The API server lists every version in which it keeps objects, the one that a dry run would add to them, too. */
function isStoredTwice({ outcome }: KubernetesObject): boolean {
  return listOf(recordOf(outcome?.status).storedVersions).length > 1;
}

function isOtherVersion({ outcome, props }: KubernetesObject): boolean {
  const installed = textOf(recordOf(outcome?.status).version);
  return installed !== undefined && installed.replace(/^v/, "") !== textOf(props.version)?.replace(/^v/, "");
}
