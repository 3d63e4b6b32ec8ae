import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { cluster } from "./fixtures/cluster.ts";
import { asRuleSees, asStackRuleSees, type Declared } from "./fixtures/fixture.ts";
import { stackCases } from "./fixtures/index.ts";
import { TWOFOLD } from "./twofold.ts";

/** Ids of all rules, about one resource and about several, that refuse something in a stack. */
function refusalsOf(resources: readonly Declared[]): string[] {
  const [alone, together] = [resources.map(asRuleSees), asStackRuleSees(resources)];
  return [
    ...rules.filter((rule) => alone.some((each) => judge(rule, each, true).kind === "fail")),
    ...stackRules.filter((rule) => judgeStack(rule, together, true).kind === "fail"),
  ].map(({ id }) => id);
}

const known = new Map<readonly Declared[], string[]>();
const refusals = (resources: readonly Declared[]): string[] => {
  const found = known.get(resources) ?? refusalsOf(resources);
  known.set(resources, found);
  return found;
};

/**
 * The rules that refuse resources and none of the cases that the rule lets pass: what these hold is no more than it looks at,
 * and others refuse them for what they leave out. Of several cases the one that is most like it.
 */
function added(rule: string, resources: readonly Declared[]): string[] {
  const passing = stackCases.filter((each) => each.rule === rule && each.fires === false);
  const [nearest = []] = passing
    .map((each) => refusals(resources).filter((id) => !refusals(each.resources).includes(id)))
    .toSorted((one, other) => one.length - other.length);
  return nearest.toSorted();
}

test("a cluster as it should be is refused by no rule about resources together", () => {
  const ids = stackRules.map(({ id }) => id);
  assert.deepEqual(
    refusals(cluster).filter((id) => ids.includes(id)),
    [],
  );
});

for (const { rule, title, resources, fires } of stackCases) {
  if (fires !== true) continue;
  const { others = [] } = TWOFOLD[`${rule} ${title}`] ?? {};
  const also = others.length === 0 ? "no other rule" : others.join(", ");
  test(`${rule}, and ${also}, refuses: ${title}`, () => {
    assert.deepEqual(added(rule, resources), [rule, ...others].toSorted());
  });
}

test("each fault that is two is one of the cases, and says why it is two", () => {
  for (const [fault, { reason }] of Object.entries(TWOFOLD)) {
    assert.ok(
      stackCases.some(({ rule, title, fires }) => fires === true && `${rule} ${title}` === fault),
      fault,
    );
    assert.match(reason, /^.{20,}\.$/, fault);
  }
});

test("what cannot be known yet is refused by no rule", () => {
  for (const { rule, title, resources, fires } of stackCases) {
    if (fires === "deferred") assert.deepEqual(added(rule, resources), [], `${rule}: ${title}`);
  }
});
