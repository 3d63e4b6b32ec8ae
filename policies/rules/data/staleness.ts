import { quorumOf, SETTINGS, STACK, STALENESS_TARGET, toldOf } from "../../data/quorum.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { stackRule } from "../../stackRule.ts";
import { shown } from "../../values.ts";

export default stackRule({
  id: "DAT-013",
  title: "State is synchronised often enough to be younger than the promised five seconds everywhere",
  severity: "critical",
  why: "NovaCron's default across regions is 30 s, six times the staleness that it promises: a write just after one sync waits for the next and then travels.",
  sources: [novacron.stateSync],
  fix: `Lower ${SETTINGS.sync} of DWCP's pods: quorum.sync.intervalMilliseconds of the stack's config.`,
  applies: [STACK, KUBERNETES.rollout],
  needs: ["quorum.sync", "spec.template.spec.containers[].env"],
  check: (resources) => {
    const sync = quorumOf(resources)?.sync;
    if (sync === undefined) return [];
    const target = Math.min(sync.target ?? STALENESS_TARGET, STALENESS_TARGET);
    const oneWay = (sync.worstRoundTrip ?? 0) / 2;
    return toldOf(resources).flatMap(({ rollout, settings }) => {
      const staleness = settings.sync + oneWay;
      if (staleness < target) return [];
      const arithmetic = Number.isNaN(staleness)
        ? "is missing"
        : `of ${shown(settings.sync)} ms + ${shown(oneWay)} ms one way = ${shown(staleness)} ms`;
      return [{ urn: rollout.urn, text: `${SETTINGS.sync} ${arithmetic}, must be less than ${shown(target)} ms` }];
    });
  },
});
