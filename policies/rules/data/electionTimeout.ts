import { quorumOf, ROUND_TRIPS, SETTINGS, STACK, toldOf } from "../../data/quorum.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { RAFT } from "../../sources/papers.ts";
import { etcd } from "../../sources/products.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";
import { shown } from "../../values.ts";

export default stackRule({
  id: "DAT-012",
  title: "No replica takes distance for a dead leader: timeouts are five round trips at least",
  severity: "critical",
  why: "DWCP's default of 150 ms is shorter than the 200 ms between us-east and ap-south: every election ends in the next one, and nothing is ever agreed.",
  sources: [RAFT, novacron.raft, etcd("tuning/", "election timeouts are ten round trips")],
  fix: `Set ${SETTINGS.raft} and ${SETTINGS.pbft} of DWCP's pods from the quorum plan; leave the timeouts out of the stack's config to have them planned.`,
  applies: [STACK, KUBERNETES.rollout],
  needs: ["quorum.protocols", "spec.template.spec.containers[].env"],
  check: (resources) => {
    const protocols = quorumOf(resources)?.protocols ?? [];
    return toldOf(resources).flatMap(({ rollout, settings }) =>
      (["raft", "pbft"] as const).flatMap((name): StackFinding[] => {
        const distance = protocols.find(({ protocol }) => protocol === name)?.worstRoundTrip;
        if (distance === undefined) return [];
        const least = ROUND_TRIPS * distance;
        const given = settings[name];
        if (given >= least) return [];
        const found = Number.isNaN(given) ? "missing" : `${shown(given)} ms`;
        return [
          {
            urn: rollout.urn,
            text: `${SETTINGS[name]} is ${found}, must be at least ${ROUND_TRIPS} × ${shown(distance)} ms = ${shown(least)} ms`,
          },
        ];
      }),
    );
  },
});
