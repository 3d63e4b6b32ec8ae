import { CEILING_STAGES, LAST_STAGE } from "../../delivery/canary.ts";
import { isCeiling } from "../../delivery/ceilings.ts";
import { clustersOf, type KubernetesObject } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { RELEASES } from "../../sources/ours.ts";
import { SAFE_DEPLOYMENTS } from "../../sources/papers.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";
import { recordOf } from "../../values.ts";

const NOTHING = CEILING_STAGES[0];

const dataOf = ({ props }: KubernetesObject) => recordOf(props.data);

export default stackRule({
  id: "DEL-037",
  title: "One stage of a release is under way at a time: every other region is recorded as done, or waits",
  severity: "critical",
  why: "Regions are released one wave after another so that a fault meets one of them. Two stages under way at once mean that a wave was promoted before the one ahead of it was recorded as done; ceilings for two digests, that it was promoted on the word of another image.",
  sources: [SAFE_DEPLOYMENTS, RELEASES],
  fix: "Promote with `novactl promote`, or give release.stage and release.wave of the stack's config one wave that is under way, with the waves before it done.",
  applies: [KUBERNETES.configMap],
  needs: ["metadata.name", "data.digest", "data.stage"],
  check: (resources) => {
    const ceilings = clustersOf(resources).flatMap((cluster) =>
      cluster.of(KUBERNETES.configMap).filter(({ props }) => isCeiling(props)),
    );
    const byService = Map.groupBy(ceilings, ({ namespace, objectName }) => `${namespace}/${objectName}`);
    return [...byService.values()].flatMap(faults);
  },
});

function faults(regions: KubernetesObject[]): StackFinding[] {
  const [first] = regions;
  const underWay = [...new Set(regions.map((each) => dataOf(each).stage))].filter(
    (stage) => stage !== NOTHING && stage !== LAST_STAGE,
  );
  const digests = new Set(regions.map((each) => dataOf(each).digest));
  return [
    ...(underWay.length <= 1
      ? []
      : [
          {
            urn: first?.urn,
            text: `${underWay.length} stages of one release are under way in different regions, must be one`,
          },
        ]),
    ...(digests.size === 1 ? [] : [{ urn: first?.urn, text: "regions have ceilings for different digests" }]),
  ].map(({ urn, text }) => (urn === undefined ? { text } : { urn, text }));
}
