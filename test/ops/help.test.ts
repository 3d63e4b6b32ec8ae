import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { commands } from "../../ops/commands/all.ts";
import { main } from "../../ops/main.ts";
import { OperatorError } from "../../ops/operatorError.ts";
import { novactl } from "./novactl.ts";

// A home that cannot be made: whoever gets as far as that has gone too far.
process.env.NOVACRON_HOME = "/dev/null/novacron";

/** What a command prints. */
async function printed(t: TestContext, ...args: string[]): Promise<string> {
  const log = t.mock.method(console, "log", () => {});
  assert.equal(await main(args), 0);
  const text = log.mock.calls.map((call) => call.arguments.join(" ")).join("\n");
  log.mock.restore();
  return text;
}

async function refused(...args: string[]): Promise<string> {
  try {
    await main(args);
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error.message;
  }
  return assert.fail(`novactl ${args.join(" ")} was not refused`);
}

test("novactl --help names every command, so that none has to be known by heart", async (t) => {
  const text = await printed(t, "--help");
  for (const { name, summary } of commands) {
    assert.ok(text.includes(`  ${name} `), name);
    assert.ok(text.includes(summary), summary);
  }
});

for (const { name, options, positionals } of commands) {
  test(`novactl ${name} --help shows each parameter and option, and does nothing else`, async (t) => {
    const text = await printed(t, ...name.split(" "), "--help");
    assert.ok(text.includes(`usage: novactl ${name}`));
    for (const option of Object.keys(options)) assert.ok(text.includes(`--${option}`), option);
    for (const positional of positionals) assert.ok(text.includes(`<${positional.name}>`), positional.name);
  });
}

for (const [typed, meant] of [
  [["stauts", "staging"], "novactl status"],
  [["sim", "strat"], "novactl sim start"],
  [["up", "staging", "--smi"], "--sim"],
  [["up", "stagign", "--sim"], "staging"],
  [["sim", "fault", "slow", "--secnods", "3"], "--seconds"],
] as const) {
  test(`a typing error costs one look, not a search: novactl ${typed.join(" ")}`, async () => {
    const message = await refused(...typed);
    assert.ok(message.includes("did you mean") && message.includes(meant), message);
    assert.equal(message.split("\n").length, 1, message);
  });
}

for (const [args, expected] of [
  [["up"], /novactl up needs <stack>; usage: novactl up <stack>/],
  [["up", "staging", "prod"], /does not know what to do with 'prod'/],
  [["status", "staging", "--", "--debug"], /takes nothing after --/],
  [["sim", "fault", "slow", "--times"], /--times needs a value: --times N/],
  [["up", "staging", "--sim=yes"], /--sim takes no value, but has 'yes'/],
  [["up", "staging", "--sim", "--clear-pending"], /for the real clouds/],
  [["up", "staging", "--adopt", "urn:pulumi:x"], /give the URN of the pending create, = and the resource's id/],
  [
    ["up", "staging", "--sim", "--exclude-region", "aws-usw9"],
    /no such region; its regions: aws-use1, azr-weu, gcp-aso1/,
  ],
  [["diff", "staging", "--sim", "--exclude-region", "aws-usw9"], /--exclude-region aws-usw9: .* no such region/],
  [["mesh", "staging", "--sim", "--from", "aws-use1"], /--from and --to go together/],
  [["mesh", "staging", "--sim", "--lose", "cable:x"], /tunnel:NAME, gateway:REGION\/INSTANCE .* or region:NAME/],
  [["sim", "fault", "flood"], /no such fault/],
  [["sim", "start", "--time-scale", "slow"], /time scale 'slow': give a number/],
  [["--sim"], /needs a command before --sim/],
] as const) {
  test(`arguments that cannot be meant are refused before anything happens: novactl ${args.join(" ")}`, async () => {
    assert.match(await refused(...args), expected);
  });
}

test("a refusal is one line on standard error and exit code 1, without a stack", async () => {
  const { code, stdout, stderr } = await novactl(["up", "staging", "--smi"]).ended;
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: novactl up has no option --smi, did you mean --sim\?; see `novactl up --help`\n$/);
});
