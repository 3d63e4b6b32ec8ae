import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { type Problem, report } from "../../infra/config/problems.ts";
import { configIn, type Loose, stackFileText } from "./stackFile.ts";

/** New values by path, such as `regions[0].number`; undefined takes the key away. Or a function that spoils a config. */
export type Changes = Record<string, unknown> | ((config: Loose) => void);

/** The problems of a shipped stack file with changes. */
export function problemsOf(changes: Changes, stack = "staging"): Problem[] {
  const config = configIn(stackFileText(stack));
  if (typeof changes === "function") changes(config);
  else for (const [path, value] of Object.entries(changes)) put(config, path, value);
  return parseStackConfig(config, stack).problems ?? [];
}

/**
 * Tests that a shipped config with one fault has exactly one problem, which names the key, the value, what is allowed and
 * what to do. The key and value are those of the one change, unless `as` says otherwise.
 */
export function rejects(
  fault: string,
  changes: Changes,
  allowed: RegExp,
  action: RegExp,
  as: { key?: string; value?: string; stack?: string } = {},
): void {
  const [path, given] = typeof changes === "function" ? [] : (Object.entries(changes)[0] ?? []);
  const {
    key = path,
    value = given === undefined ? "is missing" : `is ${JSON.stringify(given)}`,
    stack = "staging",
  } = as;
  test(`${fault}: one message says what is wrong and how to mend it`, () => {
    const problems = problemsOf(changes, stack);
    const message = report(problems, stack);
    const [only] = problems;
    assert.ok(only);
    assert.equal(problems.length, 1, message);
    assert.equal(only.key, `novacron:${key}`);
    assert.equal(only.value, value);
    assert.match(only.allowed, allowed);
    assert.match(only.action, action);
    for (const part of [`config of stack ${stack} has one problem`, key ?? "", value, only.allowed, only.action]) {
      assert.ok(message.includes(part), part);
    }
  });
}

/** Takes a region out, with all that names it. */
export function removeRegion(config: Loose, name: string): void {
  config.regions = config.regions.filter((region: Loose) => region.name !== name);
  config.roundTrips = config.roundTrips.filter(({ between }: Loose) => !between.includes(name));
  for (const protocol of ["raft", "pbft"]) delete config.quorum[protocol].replicas[name];
  for (const release of [config.release, config.pba.release]) {
    release.waves = release.waves
      .map((wave: string[]) => wave.filter((region) => region !== name))
      .filter((wave: string[]) => wave.length > 0);
    release.wave = release.waves.length;
  }
}

/** Sets the value at a path such as `regions[0].number`; undefined takes the key away. */
export function put(config: Loose, path: string, value: unknown): void {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((inside, key) => {
    inside[key] ??= {};
    return inside[key];
  }, config);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}
