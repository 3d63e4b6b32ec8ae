import assert from "node:assert/strict";
import { test } from "node:test";
import { stackRules } from "../../policies/rules/index.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { cluster } from "./fixtures/cluster.ts";
import { stackCases } from "./fixtures/deliveryCases.ts";
import { asStackRuleSees, type Declared } from "./fixtures/fixture.ts";

/** Faults that are two: what else is wrong then. */
const TWOFOLD: Readonly<Record<string, readonly string[]>> = {
  "Argo's four errors in a row": ["DEL-031"],
  "no autoscaler": ["DEL-041", "DEL-043"],
  "one pod at least": ["DEL-041", "DEL-043"],
  "a smaller generation": ["DEL-041"],
  "a measurement after one scrape": ["DEL-031"],
};

const refusals = (resources: readonly Declared[]): string[] =>
  stackRules
    .filter((rule) => judgeStack(rule, asStackRuleSees(resources), true).kind === "fail")
    .map(({ id }) => id)
    .toSorted();

/** Whether it is the whole cluster with one thing changed or gone. */
const isWhole = (resources: readonly Declared[]): boolean => resources.length >= cluster.length - 1;

test("a cluster as it should be is refused by no rule about resources together", () => {
  assert.deepEqual(refusals(cluster), []);
});

for (const { rule, title, resources, fires } of stackCases.filter((each) => isWhole(each.resources))) {
  if (fires !== true) continue;
  test(`${rule}, and no other rule, refuses a cluster with ${title}`, () => {
    assert.deepEqual(refusals(resources), [rule, ...(TWOFOLD[title] ?? [])].toSorted());
  });
}

test("what cannot be known yet is refused by no rule", () => {
  for (const { title, resources } of stackCases.filter(({ fires }) => fires === "deferred")) {
    assert.deepEqual(refusals(resources), [], title);
  }
});
