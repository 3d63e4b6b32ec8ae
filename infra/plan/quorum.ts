import type { Loss, RegionConfig, StackConfig } from "../config/schema.ts";
import type { Cloud } from "./topology.ts";

export type Protocol = "raft" | "pbft";

/** Which losses each protocol survives, and how long it must wait before it believes in one. */
export interface QuorumPlan {
  protocols: ProtocolPlan[];
  sync: SyncPlan;
}

export interface ProtocolPlan {
  protocol: Protocol;
  replicas: number;
  /** Replicas that must agree. */
  quorum: number;
  /** How many replicas may lie: the f of n = 3f+1, none in Raft. */
  byzantine: number;
  /** Where they stand. */
  placement: Placement[];
  /** One verdict for each kind of loss, the worst of its kind. */
  verdicts: Verdict[];
  /** How long a replica waits for its leader: Raft's election timeout, PBFT's request timeout. */
  timeoutMilliseconds: number;
  /** The shortest timeout that does not mistake distance for a loss. */
  leastTimeoutMilliseconds: number;
  /** Where the least timeout comes from. */
  timeoutArithmetic: string;
  /** Between the two of its regions that are farthest apart. */
  worstRoundTripMilliseconds: number;
}

/** Replicas of one region. */
export interface Placement {
  region: string;
  cloud: Cloud;
  /** How many zones they are spread over. */
  zones: number;
  replicas: number;
}

export interface Verdict {
  loss: Loss;
  /** Whether the stack's config promises to survive it. */
  declared: boolean;
  survives: boolean;
  /** The proof or the refusal, for people. */
  arithmetic: string;
}

export interface SyncPlan {
  intervalMilliseconds: number;
  stalenessTargetMilliseconds: number;
  /** Between the two regions of the stack that are farthest apart. */
  worstRoundTripMilliseconds: number;
  /** A write just after one sync waits for the next and then travels: interval and worst one-way time. */
  worstStalenessMilliseconds: number;
  holds: boolean;
  arithmetic: string;
}

/** What the planner needs to know of a stack. */
export interface QuorumFacts extends Pick<StackConfig, "roundTrips" | "quorum"> {
  regions: readonly Pick<RegionConfig, "name" | "cloud" | "zones">[];
}

/** Several heartbeats fit into the timeout, so that one lost packet on the longest link starts no election (the Raft paper asks for an order of magnitude over the broadcast time, which is half a round trip). */
const ROUND_TRIPS_PER_TIMEOUT = 5;

/** DWCP's own default, enough inside one region. */
const SHORTEST_ELECTION_TIMEOUT = 150;

/**
 * Proves or refuses, for each protocol and each kind of loss, that the replicas left over are a quorum. The worst loss of
 * its kind counts: the region or cloud with most replicas; for a zone, replicas spread evenly over their region's zones.
 * Everything else is taken to be up. Raft needs ⌊n/2⌋+1 replicas; PBFT needs ⌈(n+f+1)/2⌉ with f = ⌊(n−1)/3⌋, so that any
 * two quorums share an honest replica (2f+1 of n = 3f+1; Castro and Liskov, OSDI 1999).
 */
export function planQuorum(facts: QuorumFacts): QuorumPlan {
  const { raft, pbft, sync } = facts.quorum;
  return {
    protocols: [
      planProtocol("raft", raft.replicas, raft.survive, raft.electionTimeoutMilliseconds, facts),
      planProtocol("pbft", pbft.replicas, pbft.survive, pbft.timeoutMilliseconds, facts),
    ],
    sync: planSync(sync, facts),
  };
}

function planProtocol(
  protocol: Protocol,
  replicas: Record<string, number>,
  survive: readonly Loss[],
  timeout: number | undefined,
  facts: QuorumFacts,
): ProtocolPlan {
  const total = sum(Object.values(replicas));
  const byzantine = protocol === "pbft" ? Math.max(0, Math.floor((total - 1) / 3)) : 0;
  const quorum = protocol === "pbft" ? Math.ceil((total + byzantine + 1) / 2) : Math.floor(total / 2) + 1;
  const worst = worstRoundTrip(facts, Object.keys(replicas));
  const least = ROUND_TRIPS_PER_TIMEOUT * worst.milliseconds;
  const verdict = (loss: Loss): Verdict => ({
    loss,
    declared: survive.includes(loss),
    ...(loss === "byzantine"
      ? judgeByzantine(protocol, total, byzantine, quorum)
      : judgeLoss(domainsOf(loss, replicas, facts), total, quorum, formula(protocol, total, byzantine, quorum))),
  });
  return {
    protocol,
    replicas: total,
    quorum,
    byzantine,
    placement: holdersOf(replicas, facts).map(({ name, cloud, zones, held }) => ({
      region: name,
      cloud,
      zones: zones.length,
      replicas: held,
    })),
    verdicts: (["replica", "zone", "region", "cloud", "byzantine"] as const).map(verdict),
    timeoutMilliseconds: timeout ?? Math.max(SHORTEST_ELECTION_TIMEOUT, least),
    leastTimeoutMilliseconds: least,
    worstRoundTripMilliseconds: worst.milliseconds,
    timeoutArithmetic: `${ROUND_TRIPS_PER_TIMEOUT} × ${milliseconds(worst.milliseconds)} (${worst.pair}) = ${milliseconds(least)}`,
  };
}

const formula = (protocol: Protocol, total: number, byzantine: number, quorum: number): string =>
  protocol === "raft"
    ? `${total} replicas need a majority of ⌊${total}/2⌋+1 = ${quorum}`
    : `${total} replicas with f = ⌊(${total}−1)/3⌋ = ${byzantine} need ⌈(${total}+${byzantine}+1)/2⌉ = ${quorum}`;

/** Something that fails as one, and the replicas that are lost with it. */
interface Domain {
  name: string;
  lost: number;
}

function judgeLoss(
  { kind, domains }: { kind: string; domains: Domain[] },
  total: number,
  quorum: number,
  need: string,
): Pick<Verdict, "survives" | "arithmetic"> {
  const worst = domains.reduce((most, domain) => (domain.lost > most.lost ? domain : most), { name: "none", lost: 0 });
  const left = total - worst.lost;
  const survives = left >= quorum;
  const outcome = `${need}; ${kind} ${worst.name} lost takes ${worst.lost} and leaves ${left} ${survives ? "≥" : "<"} ${quorum}`;
  if (survives) return { survives, arithmetic: outcome };
  // The fullest of k domains holds at least ⌈n/k⌉, however the replicas are placed.
  const fullest = Math.ceil(total / Math.max(1, domains.length));
  const spare = total - quorum;
  const advice =
    fullest > spare
      ? `no placement of ${total} over ${domains.length} ${kind}s can do it: the fullest holds at least ${fullest}, and only ${spare} may go`
      : `at most ${spare} may stand in one ${kind}`;
  return { survives, arithmetic: `${outcome}; ${advice}` };
}

function judgeByzantine(
  protocol: Protocol,
  total: number,
  byzantine: number,
  quorum: number,
): Pick<Verdict, "survives" | "arithmetic"> {
  if (protocol === "raft") {
    return {
      survives: false,
      arithmetic: "Raft believes every replica: one that lies can undo what was agreed, whatever their number",
    };
  }
  if (byzantine === 0) return { survives: false, arithmetic: `${total} replicas are fewer than 3f+1 = 4 for f = 1` };
  return {
    survives: true,
    arithmetic: `${total} ≥ 3×${byzantine}+1: ${byzantine} may lie while all others are up, since ${total}−${byzantine} = ${total - byzantine} ≥ ${quorum} still agree and two quorums share ${2 * quorum - total} > ${byzantine} replicas`,
  };
}

function domainsOf(
  loss: Exclude<Loss, "byzantine">,
  replicas: Record<string, number>,
  facts: QuorumFacts,
): { kind: string; domains: Domain[] } {
  const holders = holdersOf(replicas, facts);
  switch (loss) {
    case "replica":
      return {
        kind: "replica",
        domains: holders.flatMap(({ name, held }) =>
          Array.from({ length: held }, () => ({ name: `in ${name}`, lost: 1 })),
        ),
      };
    case "zone":
      return {
        kind: "zone",
        domains: holders.flatMap(({ name, zones, held }) =>
          zones.map((zone, index) => ({
            name: `${zone} of ${name}`,
            lost: Math.floor(held / zones.length) + (index < held % zones.length ? 1 : 0),
          })),
        ),
      };
    case "region":
      return { kind: "region", domains: holders.map(({ name, held }) => ({ name, lost: held })) };
    case "cloud": {
      const byCloud = Map.groupBy(holders, ({ cloud }) => cloud);
      return {
        kind: "cloud",
        domains: [...byCloud].map(([name, members]) => ({ name, lost: sum(members.map(({ held }) => held)) })),
      };
    }
  }
}

/** The regions that hold replicas, and how many. */
const holdersOf = (replicas: Record<string, number>, { regions }: QuorumFacts) =>
  regions.flatMap((region) => {
    const held = replicas[region.name] ?? 0;
    return held > 0 ? [{ ...region, held }] : [];
  });

function planSync(sync: StackConfig["quorum"]["sync"], facts: QuorumFacts): SyncPlan {
  const worst = worstRoundTrip(
    facts,
    facts.regions.map(({ name }) => name),
  );
  const staleness = sync.intervalMilliseconds + worst.milliseconds / 2;
  const holds = staleness < sync.stalenessTargetMilliseconds;
  return {
    ...sync,
    worstRoundTripMilliseconds: worst.milliseconds,
    worstStalenessMilliseconds: staleness,
    holds,
    arithmetic: `${milliseconds(sync.intervalMilliseconds)} until the next sync + ${milliseconds(worst.milliseconds / 2)} one way (${worst.pair}) = ${milliseconds(staleness)} ${holds ? "<" : "≥"} ${milliseconds(sync.stalenessTargetMilliseconds)}`,
  };
}

/** The longest round trip between two of these regions; none inside a single one. */
function worstRoundTrip({ roundTrips }: QuorumFacts, among: readonly string[]): { pair: string; milliseconds: number } {
  const inside = roundTrips.filter(({ between }) => between.every((region) => among.includes(region)));
  return inside.reduce(
    (worst, { between, milliseconds }) =>
      milliseconds > worst.milliseconds ? { pair: between.join(" to "), milliseconds } : worst,
    { pair: "within one region", milliseconds: 0 },
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const milliseconds = (value: number): string => `${value.toLocaleString("en")} ms`;
