import assert from "node:assert/strict";
import { test } from "node:test";
import { stackRules } from "../../policies/rules/index.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { asStackRuleSees, urnOf } from "./fixtures/fixture.ts";
import { stackCases } from "./fixtures/index.ts";

for (const { rule: id, title, resources, fires, at } of stackCases) {
  const says = fires === true ? "refuses" : fires === false ? "lets pass" : "cannot tell yet";
  test(`${id} ${says}: ${title}`, () => {
    const asked = stackRules.find((each) => each.id === id);
    assert.ok(asked !== undefined, `no stack rule ${id}`);
    const verdict = judgeStack(asked, asStackRuleSees(resources), true);
    assert.equal(
      verdict.kind,
      fires === true ? "fail" : fires === false ? "pass" : "deferred",
      JSON.stringify(verdict),
    );
    if (at === undefined) return;
    assert.ok(verdict.kind === "fail");
    const named = resources.filter(({ name }) => at.includes(name)).map(urnOf);
    assert.deepEqual(verdict.findings.map(({ urn }) => urn).toSorted(), named.toSorted());
  });
}

test("every rule about resources together is seen refusing, passing and, where it needs values, undecided", () => {
  const seen = (id: string, fires: boolean | "deferred") =>
    stackCases.some((each) => each.rule === id && each.fires === fires);
  for (const { id, needs } of stackRules) {
    assert.ok(seen(id, true), `${id}: add a case to its area in test/policies/fixtures that it refuses`);
    assert.ok(seen(id, false), `${id}: add a case that it lets pass`);
    if (needs.length > 0) assert.ok(seen(id, "deferred"), `${id}: add a case that it cannot tell in a preview`);
  }
});

test("production refuses whatever together another stack refuses", () => {
  for (const { rule: id, title, resources } of stackCases) {
    const asked = stackRules.find((each) => each.id === id);
    if (asked === undefined) continue;
    const elsewhere = judgeStack(asked, asStackRuleSees(resources), false).kind === "fail";
    const production = judgeStack(asked, asStackRuleSees(resources), true).kind === "fail";
    assert.ok(production || !elsewhere, `${id}: ${title}`);
  }
});

test("a rule about resources together is not asked of a stack that has none of them", () => {
  const resources = asStackRuleSees([{ type: "random:index/randomId:RandomId", name: "r", properties: {} }]);
  for (const rule of stackRules) assert.equal(judgeStack(rule, resources, true).kind, "not applicable", rule.id);
});
