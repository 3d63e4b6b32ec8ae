import type { QuorumPlan } from "../../infra/plan/quorum.ts";

/** Environment of DWCP beside that of its role: what the plan has proven, so that no pod guesses it from its network. */
export const SETTINGS = {
  /** `datacenter`, `hybrid` or `internet`. */
  mode: "DWCP_MODE",
  /** Milliseconds between two syncs of state. */
  syncInterval: "DWCP_SYNC_INTERVAL_MS",
  /** Raft's election timeout in milliseconds. */
  electionTimeout: "DWCP_RAFT_ELECTION_TIMEOUT_MS",
  /** PBFT's request timeout in milliseconds. */
  pbftTimeout: "DWCP_PBFT_TIMEOUT_MS",
} as const;

/** Round trips, in milliseconds, between which DWCP is in its hybrid mode (NovaCron's mode detector). */
const HYBRID = { from: 10, below: 50 } as const;

/**
 * DWCP's settings from the quorum plan: an election timeout that distance cannot exceed, a sync interval that keeps the
 * promised staleness, and the mode of the longest distance between regions. NovaCron's own detection takes every network
 * for a data centre.
 */
export function settings(quorum: QuorumPlan): Record<string, string> {
  const raft = protocol(quorum, "raft");
  // What is not the interval of the worst staleness is the worst time one way.
  const worstRoundTrip = 2 * (quorum.sync.worstStalenessMilliseconds - quorum.sync.intervalMilliseconds);
  return {
    [SETTINGS.mode]: modeOf(worstRoundTrip),
    [SETTINGS.syncInterval]: String(quorum.sync.intervalMilliseconds),
    [SETTINGS.electionTimeout]: String(raft.timeoutMilliseconds),
    [SETTINGS.pbftTimeout]: String(protocol(quorum, "pbft").timeoutMilliseconds),
  };
}

function protocol({ protocols }: QuorumPlan, name: "raft" | "pbft") {
  const plan = protocols.find((candidate) => candidate.protocol === name);
  if (plan === undefined) throw new Error(`the quorum plan has no ${name}`);
  return plan;
}

const modeOf = (milliseconds: number): string =>
  milliseconds < HYBRID.from ? "datacenter" : milliseconds < HYBRID.below ? "hybrid" : "internet";
