import { quorumOf, STACK } from "../../data/quorum.ts";
import { brokenPromise } from "../../data/survival.ts";
import { PBFT, RAFT } from "../../sources/papers.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DAT-011",
  title: "Every loss that the stack promises to survive leaves a quorum",
  severity: "critical",
  why: "With exactly three clouds no placement of PBFT survives the loss of one; a promise that arithmetic does not bear out is found on the day of the loss.",
  sources: [PBFT, RAFT],
  fix: "Place the replicas otherwise, or take the loss out of survive, in quorum of the stack's config.",
  applies: [STACK],
  needs: ["quorum.protocols"],
  check: (resources) => {
    const quorum = quorumOf(resources);
    if (quorum === undefined) return [];
    return quorum.protocols.flatMap((protocol) =>
      protocol.survive.flatMap((loss) => {
        const broken = brokenPromise(protocol, loss);
        const name = protocol.protocol === "pbft" ? "PBFT" : "Raft";
        return broken === undefined ? [] : [{ urn: quorum.urn, text: `${name}: ${broken}` }];
      }),
    );
  },
});
