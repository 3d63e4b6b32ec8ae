import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { asRuleSees, asStackRuleSees } from "./fixtures/fixture.ts";
import { publishing, worst } from "./worstProgram.ts";

test("nothing in the worst program hides a fault of something else in it: every rule refuses something", () => {
  assert.equal(new Set(worst.map(({ type, name }) => `${type} ${name}`)).size, worst.length);
  const together = asStackRuleSees(worst);
  const cases = publishing.map(({ resources }) => asStackRuleSees(resources));
  const silent = [
    ...rules.filter((rule) => !worst.some((each) => judge(rule, asRuleSees(each), true).kind === "fail")),
    ...stackRules.filter((rule) => ![together, ...cases].some((each) => judgeStack(rule, each, true).kind === "fail")),
  ];
  assert.deepEqual(
    silent.map(({ id }) => id),
    [],
  );
});
