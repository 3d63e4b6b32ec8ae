import { rejects } from "./rejects.ts";

rejects(
  "a pair without a round trip",
  (config) => config.roundTrips.pop(),
  /every pair of regions once/,
  /add \{between: \[azr-weu, gcp-aso1\]/,
  { key: "roundTrips", value: 'is "2 pairs, without [azr-weu, gcp-aso1]"' },
);
rejects(
  "a round trip to an unknown region",
  { "roundTrips[0].between": ["aws-use1", "azr-wue"] },
  /two of aws-use1, azr-weu, gcp-aso1/,
  /did you mean azr-weu\?/,
);
rejects("a round trip to itself", { "roundTrips[0].between": ["aws-use1", "aws-use1"] }, /two different/, /other end/);
rejects(
  "a round trip given twice",
  { "roundTrips[3]": { between: ["azr-weu", "aws-use1"], milliseconds: 90 } },
  /once \(roundTrips\[0\] has it\)/,
  /remove one/,
  { key: "roundTrips[3].between", value: 'is ["azr-weu","aws-use1"]' },
);
rejects("a round trip in microseconds", { "roundTrips[0].milliseconds": 80_000 }, /up to 2,000/, /not microseconds/);
rejects("a round trip of nothing", { "roundTrips[0].milliseconds": 0 }, /above 0/, /measured round trip/);

rejects(
  "replicas in an unknown region",
  { "quorum.raft.replicas.aws-use2": 1 },
  /regions of this stack/,
  /did you mean aws-use1\?/,
);
rejects("no replicas for Raft", { "quorum.raft.replicas": {} }, /three or more/, /0 replicas survive no loss/);
rejects("a Raft of two", { "quorum.raft.replicas": { "aws-use1": 2 } }, /three or more/, /2 replicas survive no loss/);
rejects(
  "a PBFT of five, in which a second replica may not lie either",
  { "quorum.pbft.replicas": { "aws-use1": 2, "azr-weu": 2, "gcp-aso1": 1 } },
  /3f\+1/,
  /5 replicas tolerate 1 that lie; place 7/,
);
rejects("an unknown kind of loss", { "quorum.raft.survive[0]": "planet" }, /replica \| zone \| region/, /kind of loss/);
rejects(
  "a region that Raft cannot lose",
  { "quorum.raft.survive": ["region"], "quorum.raft.replicas": { "aws-use1": 3, "azr-weu": 1, "gcp-aso1": 1 } },
  /losses that these replicas survive: replica, zone/,
  /⌊5\/2⌋\+1 = 3; region aws-use1 lost takes 3 and leaves 2 < 3; at most 2 may stand in one region/,
  { key: "quorum.raft.survive[0]", value: 'is "region"' },
);
rejects(
  "a Raft that is to bear a liar",
  { "quorum.raft.survive[1]": "byzantine" },
  /replica, zone, region, cloud/,
  /Raft believes every replica/,
);
rejects(
  "a cloud that PBFT cannot lose",
  { "quorum.pbft.survive": ["byzantine", "cloud"] },
  /replica, zone, byzantine/,
  /no placement of 4 over 3 clouds can do it: the fullest holds at least 2, and only 1 may go/,
  { key: "quorum.pbft.survive[1]", value: 'is "cloud"' },
);
rejects(
  "an election timeout for one building over a long distance",
  { "quorum.raft.electionTimeoutMilliseconds": 150 },
  /1000 or more: 5 × 200 ms \(aws-use1 to gcp-aso1\)/,
  /elects for ever/,
);
rejects(
  "a PBFT timeout that distance alone exceeds",
  { "quorum.pbft.timeoutMilliseconds": 500 },
  /1000 or more/,
  /takes distance for a dead leader/,
);
rejects(
  "a sync that is slower than the promise",
  { "quorum.sync.intervalMilliseconds": 30_000 },
  /stalenessTargetMilliseconds, 5000/,
  /30,000 ms until the next sync \+ 100 ms one way/,
);
