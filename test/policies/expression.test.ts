import assert from "node:assert/strict";
import { test } from "node:test";
import { splitAt } from "../../policies/expression.ts";
import { judge } from "../../policies/rule.ts";
import noDataFails from "../../policies/rules/delivery/noDataFails.ts";
import { asRuleSees, changedExample } from "./fixtures/fixture.ts";
import { goodOne } from "./fixtures/index.ts";

test("an operator inside of parentheses or quotes does not divide", () => {
  for (const [text, parts] of [
    ["a || b", ["a", "b"]],
    ["(a || b) && c", ["(a || b) && c"]],
    ["Host(`a||b`) || Path(`/)`) || c", ["Host(`a||b`)", "Path(`/)`)", "c"]],
    [`x == "(" || y == ')' || z`, [`x == "("`, "y == ')'", "z"]],
    ["", [""]],
  ] as const) {
    assert.deepEqual(splitAt(text, /\|\|/y), parts, text);
  }
});

test("a condition may have alternatives behind its question for data, not beside it", () => {
  const verdict = (condition: string) => {
    const example = changedExample(
      goodOne("kubernetes:argoproj.io/v1alpha1:AnalysisTemplate"),
      "spec.metrics[1].successCondition",
      condition,
    );
    return judge(noDataFails, asRuleSees(example), true).kind;
  };
  assert.equal(verdict("len(result) > 0 && (result[0] <= 0.005 || result[0] == 1)"), "pass");
  assert.equal(verdict("len(result)>0&&result[0] < 1 && order != 'or'"), "pass");
  assert.equal(verdict("len(result) > 0 && (result[0] <= 0.005) || true"), "fail");
});
