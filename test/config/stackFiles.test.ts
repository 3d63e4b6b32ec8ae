import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { stackFileSchema } from "../../infra/config/jsonSchema.ts";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { report } from "../../infra/config/problems.ts";
import type { StackConfig } from "../../infra/config/schema.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { configIn, stackFileText } from "./stackFile.ts";

function shipped(stack: string): StackConfig {
  const { config, problems } = parseStackConfig(configIn(stackFileText(stack)), stack);
  assert.ok(config, problems && report(problems, stack));
  return config;
}

test("staging is what DWCP's tests are written for: one region on each cloud, 80, 200 and 150 ms apart", () => {
  const config = shipped("staging");
  assert.deepEqual(
    config.regions.map(({ name, number, cloud, location }) => [name, number, cloud, location]),
    [
      ["aws-use1", 1, "aws", "us-east-1"],
      ["azr-weu", 2, "azure", "westeurope"],
      ["gcp-aso1", 3, "gcp", "asia-south1"],
    ],
  );
  assert.deepEqual(
    config.roundTrips.map(({ milliseconds }) => milliseconds),
    [80, 200, 150],
  );
  assert.equal(config.protect, false);
});

test("staging's Raft survives a region and its PBFT a liar, and the report says that PBFT survives no cloud", () => {
  const { quorum, links } = planEnvironment(shipped("staging"), "staging");
  const survives = (protocol: string, loss: string) =>
    quorum.protocols.find((plan) => plan.protocol === protocol)?.verdicts.find((verdict) => verdict.loss === loss)
      ?.survives;
  assert.equal(survives("raft", "region"), true);
  assert.equal(survives("pbft", "byzantine"), true);
  assert.equal(survives("pbft", "cloud"), false);
  assert.deepEqual(
    links.map(({ name, kind }) => [name, kind]),
    [
      ["aws-use1--gcp-aso1", "vpn"],
      ["aws-use1--azr-weu", "vpn"],
      ["gcp-aso1--azr-weu", "vpn"],
    ],
  );
});

test("prod is protected, in three zones of at least four regions, with native peering inside a cloud", () => {
  const config = shipped("prod");
  const plan = planEnvironment(config, "prod");
  assert.equal(config.tier, "production", "else the policy pack would judge it as staging");
  assert.equal(config.protect, true);
  assert.ok(plan.regions.length >= 4);
  assert.ok(plan.regions.every(({ zones, nat }) => zones.length === 3 && nat === "per-zone"));
  assert.ok(plan.links.some(({ kind }) => kind === "peering"));
  assert.ok(
    plan.regions.every(({ nodePools, zones }) => nodePools.every(({ minSize }) => minSize >= 2 * zones.length)),
  );
});

test("protection of prod can be switched off to take it down", () => {
  const { config } = parseStackConfig({ ...configIn(stackFileText("prod")), protect: false }, "prod");
  assert.equal(config?.protect, false);
});

test("editors check stack files against the schema of the program, not an older one", () => {
  const committed = JSON.parse(readFileSync(new URL("../../schema/stack.schema.json", import.meta.url), "utf8"));
  assert.deepEqual(
    committed,
    JSON.parse(JSON.stringify(stackFileSchema())),
    "run: node infra/config/jsonSchema.ts > schema/stack.schema.json && npm run format",
  );
});

for (const stack of ["staging", "prod"]) {
  test(`the editor's schema accepts the ${stack} file as it is shipped and once its secret is set`, () => {
    const text = stackFileText(stack);
    assert.match(text, /^# yaml-language-server: \$schema=schema\/stack\.schema\.json\n/);
    const file = parse(text);
    file.config["novacron:meshSecret"] = { secure: "v1:abc" };
    file.encryptionsalt = "v1:abc";
    const { propertyNames, ...config } = propertiesOf(stackFileSchema()).config ?? {};
    const checked = z.fromJSONSchema(config).safeParse(file.config);
    assert.ok(checked.success, checked.error?.message);
    // z.fromJSONSchema does not know this construct: every key is a known one.
    const known = Object.keys(propertiesOf(config));
    for (const key of Object.keys(file.config)) assert.ok(known.includes(key), key);
    assert.ok(JSON.stringify(propertyNames).includes("novacron:tier"));
  });
}

const propertiesOf = (schema: { properties?: unknown }): Record<string, Record<string, unknown>> =>
  schema.properties as Record<string, Record<string, unknown>>;
