import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { report } from "../../infra/config/problems.ts";
import { problemsOf, rejects, removeRegion } from "./rejects.ts";
import { configIn, type Loose, stackFileText } from "./stackFile.ts";

const prod = { stack: "prod" };

rejects("a cloud whose account is not named", { "clouds.gcp": undefined }, /\{project\}/, /regions\[2\] needs/);
rejects("an account left empty in YAML", { "clouds.aws": null }, /an object with the keys accountId/, /indented/);
rejects("a protected staging", { protect: true }, /false, or nothing/, /taken down and built again/);
rejects(
  "a prod that calls itself staging",
  { tier: "staging" },
  /production \(in a stack named prod\)/,
  /only warn/,
  prod,
);
rejects("a production with one NAT gateway", { "regions[0].nat": "single" }, /per-zone/, /egress of all others/, prod);
rejects("a production with short logs", { logDays: 30 }, /90 or more/, /raise it/, prod);
rejects(
  "a production that lets a rule of the policy pack warn only",
  { policies: { advisory: ["TAG-001"] } },
  /nothing \(in production\)/,
  /never looser than staging/,
  { key: "policies.advisory", value: 'is ["TAG-001"]', stack: "prod" },
);
rejects("a policy rule that has no such form", { policies: { advisory: ["tags"] } }, /TAG-001/, /novactl policies/, {
  key: "policies.advisory[0]",
  value: 'is "tags"',
});
rejects(
  "a production of three regions",
  (config) => {
    removeRegion(config, "aws-usw2");
    config.quorum.raft.replicas["azr-weu"] = 1;
    config.quorum.pbft = { replicas: { "aws-use1": 2, "azr-weu": 1, "gcp-aso1": 1 } };
  },
  /4 or more regions/,
  /PBFT cannot keep its quorum/,
  { key: "regions", value: 'is "3 regions"', stack: "prod" },
);
rejects(
  "a stack without a region in AWS, which holds the public zone",
  (config) => {
    removeRegion(config, "aws-use1");
    config.quorum.raft = { replicas: { "azr-weu": 2, "gcp-aso1": 1 }, survive: ["replica"] };
    config.quorum.pbft.replicas = { "azr-weu": 2, "gcp-aso1": 2 };
  },
  /at least one stands in aws/,
  /Route 53/,
  { key: "regions", value: 'is ["azure","gcp"]' },
);
rejects(
  "a mesh with more tunnels than an Azure gateway ends",
  (config) => {
    config.mesh = { capacity: 32 };
    for (let number = 10; number < 18; number++) {
      const name = `aws-x${number}`;
      const others = config.regions.map((region: Loose) => region.name);
      config.regions.push({ ...config.regions[0], name, number });
      config.roundTrips.push(...others.map((other: string) => ({ between: [other, name], milliseconds: 50 })));
    }
  },
  /at most 30 tunnels/,
  /take regions of other clouds out/,
  { key: "regions[1]", value: 'is "a region with 38 tunnels"' },
);

test("five faults at once are all reported at once, so nobody mends them one run after another", () => {
  const problems = problemsOf({
    owner: "Platform Team",
    "regions[0].natt": "none",
    "regions[1].asn": 65_515,
    "regions[2].zones": ["asia-south1-a", "asia-south1-z"],
    "quorum.pbft.survive": ["region"],
  });
  assert.deepEqual(problems.map(({ key }) => key).toSorted(), [
    "novacron:owner",
    "novacron:quorum.pbft.survive[0]",
    "novacron:regions[0].natt",
    "novacron:regions[1].asn",
    "novacron:regions[2].zones[1]",
  ]);
  assert.match(report(problems, "staging"), /^the config of stack staging has 5 problems:/);
});

test("an empty config names every key that must be given, once", () => {
  const { problems = [] } = parseStackConfig({}, "new");
  assert.deepEqual(problems.map(({ key }) => key).toSorted(), [
    "novacron:costCenter",
    "novacron:dns",
    "novacron:identity",
    "novacron:images",
    "novacron:kubernetesVersion",
    "novacron:owner",
    "novacron:pba",
    "novacron:quorum",
    "novacron:regions",
    "novacron:release",
    "novacron:tier",
  ]);
  assert.ok(problems.every(({ value }) => value === "is missing"));
});

test("a stack name that cannot be a label is refused before any resource carries it", () => {
  const { problems = [] } = parseStackConfig(configIn(stackFileText("staging")), "Staging.EU");
  assert.deepEqual(
    problems.map(({ key, value }) => [key, value]),
    [["the stack's name", 'is "Staging.EU"']],
  );
});

test("a value under an unknown key that sounds like a secret is not shown", () => {
  const problems = problemsOf({ apiToken: "hunter2-hunter2" });
  assert.equal(problems.length, 1);
  assert.ok(!report(problems, "staging").includes("hunter2"));
});
