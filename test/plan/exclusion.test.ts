import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { withoutRegions } from "../../infra/plan/exclusion.ts";
import { configIn, stackFileText } from "../config/stackFile.ts";

const { config } = parseStackConfig(configIn(stackFileText("staging")), "staging");
assert.ok(config);
const plan = planEnvironment(config, "staging");

test("leaving a region alone changes nothing about the others: their routes to it, their addresses, the proof of quorum", () => {
  const rest = withoutRegions(plan, ["azr-weu"]);
  assert.deepEqual(
    rest.regions,
    plan.regions.filter(({ name }) => name !== "azr-weu"),
  );
  assert.ok(rest.regions.every(({ peers }) => peers.some(({ region }) => region === "azr-weu")));
  assert.deepEqual(rest.quorum, plan.quorum);
  assert.deepEqual(
    rest.links.map(({ name }) => name),
    ["aws-use1--gcp-aso1"],
  );
  assert.ok(rest.dns.entries.every(({ region }) => region !== "azr-weu"));
});

test("leaving nothing alone is the plan itself", () => {
  assert.deepEqual(withoutRegions(plan, []), plan);
});
