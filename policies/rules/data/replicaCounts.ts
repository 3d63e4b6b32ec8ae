import { quorumOf, replicasOf, STACK, toldOf } from "../../data/quorum.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { PBFT, RAFT } from "../../sources/papers.ts";
import { type StackFinding, stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DAT-010",
  title: "Raft has three replicas or more, PBFT 3f + 1, and the stack publishes where they stand",
  severity: "critical",
  why: "Two Raft replicas survive no loss. A fifth or sixth PBFT replica tolerates no second liar, and implementations that count 2f + 1 then disagree on what a quorum is.",
  sources: [PBFT, RAFT],
  fix: "Place the replicas otherwise in quorum of the stack's config, and publish the plan as the stack output quorum.",
  applies: [STACK, KUBERNETES.rollout],
  needs: ["quorum.protocols"],
  check: (resources) => {
    const quorum = quorumOf(resources);
    if (quorum === undefined)
      return toldOf(resources).map(({ rollout }) => ({
        urn: rollout.urn,
        text: "the stack publishes no plan of quorums",
      }));
    return quorum.protocols.flatMap((protocol): StackFinding[] => {
      const total = replicasOf(protocol);
      const isPbft = protocol.protocol === "pbft";
      if (isPbft ? total >= 4 && total % 3 === 1 : total >= 3) return [];
      const wanted = isPbft ? "3f + 1: 4, 7, 10, …" : "at least 3";
      return [{ urn: quorum.urn, text: `${isPbft ? "PBFT" : "Raft"} has ${total} replicas, must have ${wanted}` }];
    });
  },
});
