import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../ops/main.ts";
import { novactl } from "./novactl.ts";

const run = (...args: string[]) => novactl(args).ended;

test("novactl --help names every command, so that none has to be known by heart", async () => {
  const { code, stdout } = await run("--help");
  assert.equal(code, 0);
  for (const { name, summary } of commands) {
    assert.ok(stdout.includes(`  ${name} `), name);
    assert.ok(stdout.includes(summary), summary);
  }
});

test("every command's --help shows each of its parameters and options, and reaches neither Pulumi nor the simulator", async () => {
  const answers = await Promise.all(commands.map(({ name }) => run(...name.split(" "), "--help")));
  for (const [index, { code, stdout, stderr }] of answers.entries()) {
    const command = commands[index];
    assert.ok(command);
    assert.equal(code, 0, `${command.name}: ${stderr}`);
    assert.equal(stderr, "");
    assert.ok(stdout.includes(`usage: novactl ${command.name}`));
    for (const option of Object.keys(command.options)) assert.ok(stdout.includes(`--${option}`), option);
    for (const { name } of command.positionals) assert.ok(stdout.includes(`<${name}>`), name);
  }
});

for (const [typed, meant] of [
  [["stauts", "staging"], "novactl status"],
  [["sim", "strat"], "novactl sim start"],
  [["up", "staging", "--smi"], "--sim"],
  [["up", "stagign", "--sim"], "staging"],
  [["sim", "fault", "slow", "--secnods", "3"], "--seconds"],
] as const) {
  test(`a typing error costs one look, not a search: novactl ${typed.join(" ")}`, async () => {
    const { code, stdout, stderr } = await run(...typed);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: /);
    assert.ok(stderr.includes(`did you mean`) && stderr.includes(meant), stderr);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
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
  [["mesh", "staging", "--sim", "--from", "aws-use1"], /--from and --to go together/],
  [["mesh", "staging", "--sim", "--lose", "cable:x"], /tunnel:NAME, gateway:REGION\/INSTANCE .* or region:NAME/],
  [["sim", "fault", "flood"], /no such fault/],
  [["sim", "start", "--time-scale", "slow"], /time scale 'slow': give a number/],
  [["--sim"], /needs a command before --sim/],
] as const) {
  test(`arguments that cannot be meant are refused before anything happens: novactl ${args.join(" ")}`, async () => {
    const { code, stderr } = await novactl(args, { env: { NOVACRON_HOME: "/dev/null/novacron" } }).ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}
