import { type Protocol, type ProtocolPlan, planQuorum } from "../plan/quorum.ts";
import { type Draft, regionNames, regionsWith } from "./draft.ts";
import { type Problem, problem } from "./problems.ts";
import type { QuorumConfig } from "./schema.ts";
import { nearest } from "./spelling.ts";

/** Rules on replicas, and the plan's refusals: a promise to survive a loss that the arithmetic does not bear out is a fault of the config. */
export function quorumProblems(draft: Draft): Problem[] {
  const { quorum, roundTrips } = draft;
  const names = regionNames(draft);
  if (quorum === undefined || names === undefined) return [];
  const placement = [...replicaProblems("raft", quorum, names), ...replicaProblems("pbft", quorum, names)];
  const regions = regionsWith(draft, "name", "cloud", "zones");
  if (placement.length > 0 || roundTrips === undefined || regions.length !== names.length) return placement;
  const plan = planQuorum({ regions, roundTrips, quorum });
  const { sync } = plan;
  return [
    ...plan.protocols.flatMap((protocol) => [...refusals(protocol, quorum), ...timeoutProblems(protocol, quorum)]),
    ...(sync.holds
      ? []
      : [
          problem(
            ["quorum", "sync", "intervalMilliseconds"],
            sync.intervalMilliseconds,
            `an interval that keeps state younger than stalenessTargetMilliseconds, ${sync.stalenessTargetMilliseconds}`,
            `shorten it: ${sync.arithmetic}`,
          ),
        ]),
  ];
}

function replicaProblems(protocol: Protocol, quorum: QuorumConfig, names: readonly string[]): Problem[] {
  const path = ["quorum", protocol, "replicas"];
  const { replicas } = quorum[protocol];
  const unknown = Object.keys(replicas).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    return unknown.map((name) => {
      const meant = nearest(name, names);
      return problem(
        [...path, name],
        replicas[name],
        `regions of this stack: ${names.join(", ")}`,
        meant === undefined ? "remove it, or add the region" : `did you mean ${meant}?`,
      );
    });
  }
  const total = Object.values(replicas).reduce((sum, count) => sum + count, 0);
  // A fifth or sixth replica tolerates no second liar, and 2f+1 of them no longer share an honest one: implementations that count 2f+1 would disagree.
  if (protocol === "pbft" && (total < 4 || total % 3 !== 1)) {
    return [
      problem(
        path,
        replicas,
        "3f+1 replicas in all: 4, 7, 10, …",
        `${total} replicas tolerate ${Math.max(0, Math.floor((total - 1) / 3))} that lie; place ${Math.max(4, 3 * Math.ceil((total - 1) / 3) + 1)}`,
      ),
    ];
  }
  if (protocol === "raft" && total < 3) {
    return [
      problem(
        path,
        replicas,
        "three or more replicas in all",
        `${total} replicas survive no loss: place three, best one in each region`,
      ),
    ];
  }
  return [];
}

function refusals(plan: ProtocolPlan, quorum: QuorumConfig): Problem[] {
  const survivable = plan.verdicts.filter(({ survives }) => survives).map(({ loss }) => loss);
  return plan.verdicts
    .filter(({ declared, survives }) => declared && !survives)
    .map(({ loss, arithmetic }) =>
      problem(
        ["quorum", plan.protocol, "survive", quorum[plan.protocol].survive.indexOf(loss)],
        loss,
        `losses that these replicas survive: ${survivable.join(", ") || "none"}`,
        `place the replicas otherwise or take ${loss} out of the list: ${arithmetic}`,
      ),
    );
}

function timeoutProblems(plan: ProtocolPlan, { raft, pbft }: QuorumConfig): Problem[] {
  const [key, given] =
    plan.protocol === "raft"
      ? (["electionTimeoutMilliseconds", raft.electionTimeoutMilliseconds] as const)
      : (["timeoutMilliseconds", pbft.timeoutMilliseconds] as const);
  if (given === undefined || given >= plan.leastTimeoutMilliseconds) return [];
  return [
    problem(
      ["quorum", plan.protocol, key],
      given,
      `${plan.leastTimeoutMilliseconds} or more: ${plan.timeoutArithmetic}`,
      "raise it, or leave it out; a shorter one takes distance for a dead leader and elects for ever",
    ),
  ];
}
