import {
  type Ceiling,
  ceilingsByService,
  isBefore,
  isDone,
  isWaiting,
  WAVE_ANNOTATION,
} from "../../delivery/ceilings.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { RELEASES } from "../../sources/ours.ts";
import { SAFE_DEPLOYMENTS } from "../../sources/papers.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-037",
  title: "Waves are released one after another: one stage in each, and none begins before all earlier ones are done",
  severity: "critical",
  why: "Regions are released in waves so that a fault meets one of them. A wave that is allowed anything before the one ahead of it is done meets its fault everywhere; ceilings for two digests were promoted on the word of another image. What the ceilings say is what was decided; whether it came about is DEL-047's.",
  sources: [SAFE_DEPLOYMENTS, RELEASES],
  fix: `Promote with \`novactl promote\`, or give release.stage and release.wave of the stack's config one wave that is under way, with the waves before it done; each ceiling names its wave under ${WAVE_ANNOTATION}.`,
  applies: [KUBERNETES.configMap],
  needs: ["metadata.name", "metadata.annotations", "data.digest", "data.stage"],
  check: (resources) => ceilingsByService(resources).flatMap(faults),
});

function faults(ceilings: Ceiling[]): StackFinding[] {
  const [first] = ceilings;
  const digests = new Set(ceilings.map(({ digest }) => digest));
  return [
    ...(first !== undefined && digests.size > 1
      ? [{ urn: first.urn, text: "regions have ceilings for different digests" }]
      : []),
    ...(ceilings.every(isDone) ? [] : outOfOrder(ceilings)),
  ];
}

function outOfOrder(ceilings: Ceiling[]): StackFinding[] {
  const byWave = Map.groupBy(
    ceilings.filter(({ wave }) => wave !== undefined),
    ({ wave }) => wave,
  );
  return [
    ...ceilings
      .filter(({ wave }) => wave === undefined)
      .map(({ urn }) => ({
        urn,
        text: `metadata.annotations names no ${WAVE_ANNOTATION} while a release is under way`,
      })),
    ...[...byWave].flatMap(([wave, [first, ...others]]) =>
      first === undefined || others.every(({ stage }) => stage === first.stage)
        ? []
        : [{ urn: first.urn, text: `regions of wave ${wave} have ceilings of different stages` }],
    ),
    ...ceilings.flatMap((later) => {
      const earlier = ceilings.find((each) => isBefore(each, later) && !isDone(each));
      return earlier === undefined || isWaiting(later)
        ? []
        : [{ urn: later.urn, text: `wave ${later.wave} may begin while wave ${earlier.wave} is not done` }];
    }),
  ];
}
