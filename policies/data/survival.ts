import { type Protocol, replicasOf } from "./quorum.ts";

/** How many replicas may lie: the f of n = 3f+1; none in Raft, which believes every replica. */
export const liarsOf = ({ protocol }: Protocol, replicas: number): number =>
  protocol === "pbft" ? Math.max(0, Math.floor((replicas - 1) / 3)) : 0;

/** Replicas that must agree: a majority in Raft; in PBFT so many that two quorums share an honest one. */
export const quorumSize = (protocol: Protocol, replicas: number): number =>
  protocol.protocol === "pbft"
    ? Math.ceil((replicas + liarsOf(protocol, replicas) + 1) / 2)
    : Math.floor(replicas / 2) + 1;

/** Most replicas that one loss of a kind takes; `undefined` for a kind that nothing is known of. */
function mostLost({ placement }: Protocol, loss: string): number | undefined {
  const byCloud = Map.groupBy(placement, ({ cloud }) => cloud);
  switch (loss) {
    case "replica":
      return 1;
    case "zone":
      // Spread evenly over the region's zones.
      return Math.max(0, ...placement.map(({ replicas, zones }) => Math.ceil(replicas / zones)));
    case "region":
      return Math.max(0, ...placement.map(({ replicas }) => replicas));
    case "cloud":
      return Math.max(
        0,
        ...[...byCloud.values()].map((members) => members.reduce((total, { replicas }) => total + replicas, 0)),
      );
    default:
      return undefined;
  }
}

/** What is wrong with the promise to survive a loss, with the arithmetic; `undefined` where it is kept. */
export function brokenPromise(protocol: Protocol, loss: string): string | undefined {
  const total = replicasOf(protocol);
  const quorum = quorumSize(protocol, total);
  if (loss === "byzantine") {
    const liars = liarsOf(protocol, total);
    return liars > 0 ? undefined : `${total} replicas tolerate none that lies: with f = 1 PBFT needs 3f + 1 = 4`;
  }
  const lost = mostLost(protocol, loss);
  if (lost === undefined) return "it promises to survive a loss that no arithmetic is known for";
  const left = total - lost;
  return left >= quorum
    ? undefined
    : `${total} replicas − ${lost} lost with the fullest ${loss} = ${left}, and ${quorum} must agree`;
}
