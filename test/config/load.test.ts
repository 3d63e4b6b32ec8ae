import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { isSecret, RunError } from "@pulumi/pulumi";
import { setAllConfig } from "@pulumi/pulumi/runtime/config.js";
import { loadConfig } from "../../infra/config/load.ts";
import { configIn, stackFileText } from "./stackFile.ts";

const SECRET = "0123456789abcdef".repeat(4);
const SET_SECRET = 'pulumi config set --secret novacron:meshSecret "$(openssl rand -hex 32)"';

/** Config as the engine hands it over: every value as text, secret ones decrypted and listed. */
function engineConfig(values: Record<string, unknown>, secretKeys: readonly string[]): void {
  const text = Object.entries(values).map(([key, value]) => [
    `novacron:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  setAllConfig(Object.fromEntries(text), []);
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys.map((key) => `novacron:${key}`));
}

const staging = (): Record<string, unknown> => configIn(stackFileText("staging"));

/** The message of the one error that ends the program. */
function refusal(): string {
  try {
    loadConfig();
  } catch (error) {
    assert.ok(RunError.isInstance(error), "the engine would print a stack");
    return error.message;
  }
  return assert.fail("the config was accepted");
}

beforeEach(() => engineConfig({}, []));

test("a sound config comes back from the engine's text as it stands in the file, with the secret still a secret", async () => {
  engineConfig({ ...staging(), logDays: 120, protect: false, meshSecret: SECRET }, ["meshSecret"]);
  const { config, meshSecret } = loadConfig();
  assert.equal(config.logDays, 120);
  assert.equal(config.protect, false);
  assert.equal(config.kubernetesVersion, "1.35");
  assert.deepEqual(config.clouds.aws, { accountId: "000000000000" });
  assert.equal(config.regions[1]?.nat, "single");
  assert.equal(await isSecret(meshSecret), true);
});

test("a missing mesh secret is told with the command that sets it", () => {
  engineConfig(staging(), []);
  const message = refusal();
  assert.match(message, /has one problem:\n {2}novacron:meshSecret is missing/);
  assert.ok(message.includes(SET_SECRET));
});

for (const [fault, value, secretKeys] of [
  ["in plain text", SECRET, []],
  ["too short", "hunter2", ["meshSecret"]],
] as const) {
  test(`a mesh secret ${fault} is refused and not shown`, () => {
    engineConfig({ ...staging(), meshSecret: value }, secretKeys);
    const message = refusal();
    assert.match(message, /novacron:meshSecret is .*not shown/);
    assert.ok(message.includes(SET_SECRET));
    assert.ok(!message.includes(value));
  });
}

test("a mesh secret under a misspelt key is not shown, and the right key is named", () => {
  engineConfig({ ...staging(), meshSecrett: SECRET }, []);
  const message = refusal();
  assert.match(message, /has one problem:\n {2}novacron:meshSecrett .*not shown/);
  assert.match(message, /did you mean meshSecret\?/);
  assert.ok(!message.includes(SECRET));
});

test("a key that is set as a secret by mistake is not shown", () => {
  engineConfig({ ...staging(), owner: "sensitive-team", meshSecret: SECRET }, ["owner", "meshSecret"]);
  const message = refusal();
  assert.match(message, /has one problem:\n {2}novacron:owner is or may be a secret/);
  assert.ok(!message.includes("sensitive-team"));
});

test("all faults, the secret's too, are in the one message that the engine prints", () => {
  engineConfig({ ...staging(), logDay: 90, addressSpace: "192.168.0.0/16", tier: "prod" }, []);
  const message = refusal();
  assert.match(message, /has 4 problems:/);
  for (const key of ["logDay", "addressSpace", "tier", "meshSecret"])
    assert.ok(message.includes(`novacron:${key} `), key);
});

test("a value that is no JSON where a list belongs is shown as it was given", () => {
  engineConfig({ ...staging(), regions: "aws-use1", meshSecret: SECRET }, ["meshSecret"]);
  assert.match(refusal(), /novacron:regions is "aws-use1"/);
});
