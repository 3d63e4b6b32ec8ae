import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Loss } from "../../infra/config/schema.ts";
import { type ProtocolPlan, planQuorum, type QuorumFacts } from "../../infra/plan/quorum.ts";
import type { Cloud } from "../../infra/plan/topology.ts";
import { cloud } from "./arbitraries.ts";

/** Regions with up to three replicas of each protocol, at most seven of PBFT, and a round trip between every pair. */
const facts: fc.Arbitrary<QuorumFacts> = fc
  .array(
    fc.record({
      cloud,
      zones: fc.integer({ min: 2, max: 4 }),
      raft: fc.integer({ min: 0, max: 3 }),
      pbft: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .filter((list) => {
    const [raft, pbft] = [total(list.map((region) => region.raft)), total(list.map((region) => region.pbft))];
    return raft > 0 && pbft > 0 && pbft <= 7;
  })
  .chain((list) =>
    fc.infiniteStream(fc.integer({ min: 1, max: 400 })).map((distances): QuorumFacts => {
      const regions = list.map(({ cloud: name, zones }, index) => ({
        name: `r${index}`,
        cloud: name,
        zones: Array.from({ length: zones }, (_, zone) => `z${zone}`),
      }));
      const replicas = (protocol: "raft" | "pbft") =>
        Object.fromEntries(
          list.flatMap((region, index) => (region[protocol] > 0 ? [[`r${index}`, region[protocol]]] : [])),
        );
      return {
        regions,
        roundTrips: regions.flatMap(({ name: one }, index) =>
          regions
            .slice(index + 1)
            .map(({ name: other }) => ({ between: [one, other], milliseconds: distances.next().value })),
        ),
        quorum: {
          raft: { replicas: replicas("raft"), survive: ["region"] },
          pbft: { replicas: replicas("pbft"), survive: ["byzantine"], timeoutMilliseconds: 5000 },
          sync: { intervalMilliseconds: 1000, stalenessTargetMilliseconds: 5000 },
        },
      };
    }),
  );

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** One replica with where it runs; replicas of a region take its zones in turn. */
interface Replica {
  id: number;
  zone: string;
  region: string;
  cloud: Cloud;
}

function replicasOf({ regions }: QuorumFacts, placed: Record<string, number>): Replica[] {
  return regions
    .flatMap(({ name, cloud: on, zones }) =>
      Array.from({ length: placed[name] ?? 0 }, (_, index) => ({
        zone: `${name}/${zones[index % zones.length]}`,
        region: name,
        cloud: on,
      })),
    )
    .map((replica, id) => ({ id, ...replica }));
}

/** Every way in which one thing of a kind can fail, as the replicas that are left. */
function failures(replicas: readonly Replica[], loss: Exclude<Loss, "byzantine">): Replica[][] {
  const key = loss === "replica" ? "id" : loss;
  return [...new Set(replicas.map((replica) => replica[key]))].map((lost) =>
    replicas.filter((replica) => replica[key] !== lost),
  );
}

/** Sizes of quorum by enumerating subsets: the fewest of n of which any two share more than f. */
function smallestQuorum(n: number, f: number): number {
  const subsets = Array.from({ length: 2 ** n }, (_, bits) => bits);
  const size = (bits: number): number => bits.toString(2).replaceAll("0", "").length;
  for (let quorum = 1; quorum <= n; quorum++) {
    const quorums = subsets.filter((bits) => size(bits) === quorum);
    if (quorums.every((one) => quorums.every((other) => size(one & other) > f))) return quorum;
  }
  return n + 1;
}

/** The most liars that n replicas can bear: with them silent the rest must still be a quorum, with them lying quorums must still share an honest one. */
function mostLiars(n: number): number {
  let f = 0;
  while (f + 1 < n && smallestQuorum(n, f + 1) <= n - (f + 1)) f++;
  return f;
}

const BRUTE_FORCE = new Map(
  [1, 2, 3, 4, 5, 6, 7].map((n) => [n, { liars: mostLiars(n), quorum: smallestQuorum(n, mostLiars(n)) }]),
);

const protocol = (of: QuorumFacts, name: string): ProtocolPlan => {
  const plan = planQuorum(of).protocols.find((candidate) => candidate.protocol === name);
  assert.ok(plan);
  return plan;
};

const LOSSES = ["replica", "zone", "region", "cloud"] as const;

test("Raft is promised to survive a loss exactly if a majority is left after every failure of that kind", () => {
  fc.assert(
    fc.property(facts, (of) => {
      const replicas = replicasOf(of, of.quorum.raft.replicas);
      const plan = protocol(of, "raft");
      for (const loss of LOSSES) {
        const survives = failures(replicas, loss).every((left) => left.length * 2 > replicas.length);
        assert.equal(plan.verdicts.find((verdict) => verdict.loss === loss)?.survives, survives, loss);
      }
    }),
  );
});

test("PBFT is promised to survive a loss exactly if a safe quorum is left after every failure of that kind", () => {
  fc.assert(
    fc.property(facts, (of) => {
      const replicas = replicasOf(of, of.quorum.pbft.replicas);
      const plan = protocol(of, "pbft");
      const truth = BRUTE_FORCE.get(replicas.length);
      assert.equal(plan.quorum, truth?.quorum);
      assert.equal(plan.byzantine, truth?.liars);
      for (const loss of LOSSES) {
        const survives = failures(replicas, loss).every((left) => left.length >= plan.quorum);
        assert.equal(plan.verdicts.find((verdict) => verdict.loss === loss)?.survives, survives, loss);
      }
    }),
  );
});

test("a lying replica is survived by PBFT from four replicas on, and by Raft never", () => {
  fc.assert(
    fc.property(facts, (of) => {
      const [raft, pbft] = [protocol(of, "raft"), protocol(of, "pbft")];
      assert.equal(raft.verdicts.find(({ loss }) => loss === "byzantine")?.survives, false);
      assert.equal(pbft.verdicts.find(({ loss }) => loss === "byzantine")?.survives, pbft.replicas >= 4);
    }),
  );
});

test("with three clouds PBFT cannot survive losing one, however the replicas are placed, and the report says so", () => {
  const clouds = ["aws", "azure", "gcp"] as const;
  const held = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(
      fc.tuple(held, held, held).filter((counts) => total(counts) % 3 === 1),
      (counts) => {
        const names = clouds.map((name) => `${name}-region`);
        const plan = protocol(
          {
            regions: clouds.map((on, index) => ({ name: names[index] ?? "", cloud: on, zones: ["1", "2", "3"] })),
            roundTrips: [],
            quorum: {
              raft: { replicas: {}, survive: [] },
              pbft: {
                replicas: Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])),
                survive: [],
                timeoutMilliseconds: 5000,
              },
              sync: { intervalMilliseconds: 1000, stalenessTargetMilliseconds: 5000 },
            },
          },
          "pbft",
        );
        const verdict = plan.verdicts.find(({ loss }) => loss === "cloud");
        assert.equal(verdict?.survives, false);
        assert.match(
          verdict?.arithmetic ?? "",
          /no placement of \d+ over 3 clouds can do it: the fullest holds at least \d+, and only \d+ may go/,
        );
      },
    ),
  );
});

test("no timeout is shorter than five times the worst round trip between replicas", () => {
  fc.assert(
    fc.property(facts, (of) => {
      for (const name of ["raft", "pbft"] as const) {
        const holders = Object.keys(of.quorum[name].replicas);
        const distances = of.roundTrips
          .filter(({ between }) => between.every((region) => holders.includes(region)))
          .map(({ milliseconds }) => milliseconds);
        assert.equal(protocol(of, name).leastTimeoutMilliseconds, 5 * Math.max(0, ...distances));
      }
      const raft = protocol(of, "raft");
      assert.ok(raft.timeoutMilliseconds >= Math.max(150, raft.leastTimeoutMilliseconds));
    }),
  );
});

test("state is promised fresh only if the next sync and the way there fit into the target", () => {
  fc.assert(
    fc.property(facts, fc.integer({ min: 100, max: 6000 }), (of, intervalMilliseconds) => {
      const { sync } = planQuorum({
        ...of,
        quorum: { ...of.quorum, sync: { intervalMilliseconds, stalenessTargetMilliseconds: 5000 } },
      });
      const worst = Math.max(0, ...of.roundTrips.map(({ milliseconds }) => milliseconds));
      assert.equal(sync.holds, intervalMilliseconds + worst / 2 < 5000);
    }),
  );
});

test("every verdict shows its arithmetic", () => {
  fc.assert(
    fc.property(facts, (of) => {
      for (const { verdicts } of planQuorum(of).protocols) {
        assert.deepEqual(
          verdicts.map(({ loss }) => loss),
          ["replica", "zone", "region", "cloud", "byzantine"],
        );
        for (const { loss, survives, arithmetic } of verdicts) {
          assert.match(
            arithmetic,
            loss === "byzantine"
              ? /./
              : survives
                ? /lost takes \d+ and leaves \d+ ≥ \d+$/
                : /lost takes \d+ and leaves \d+ < \d+; /,
          );
        }
      }
    }),
  );
});
