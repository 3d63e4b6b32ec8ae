import { quorumOf, SETTINGS, STACK, toldOf } from "../../data/quorum.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { RAFT } from "../../sources/papers.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DAT-014",
  title: "Every region's DWCP is told the same quorum settings",
  severity: "high",
  why: "A replica with a shorter timeout than the others calls elections that the others did not expect; one that is told nothing guesses from its network, and takes every network for a data centre.",
  sources: [novacron.modeDetector, RAFT],
  fix: "Give DWCP's pods in every region the settings of the one quorum plan.",
  applies: [STACK, KUBERNETES.rollout],
  needs: ["spec.template.spec.containers[].env"],
  check: (resources) => {
    const told = toldOf(resources);
    const [first] = told;
    if (first === undefined) {
      const quorum = quorumOf(resources);
      const hasRollouts = resources.some(({ type }) => type === KUBERNETES.rollout);
      return quorum !== undefined && hasRollouts
        ? [{ urn: quorum.urn, text: "no pod is told the settings of the plan" }]
        : [];
    }
    return told
      .filter(({ settings }) => Object.values(settings).join() !== Object.values(first.settings).join())
      .map(({ rollout }) => ({
        urn: rollout.urn,
        text: `${Object.values(SETTINGS).join(", ")} are not those of the other regions`,
      }));
  },
});
