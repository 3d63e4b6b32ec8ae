import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toSarif } from "../../ops/review/sarif.ts";
import { anyReview, danger, emptyReview, resource, reviewOf } from "./reviews.ts";

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  locations: { logicalLocations: { fullyQualifiedName: string }[] }[];
  partialFingerprints: Record<string, string>;
}

const run = (text: string) =>
  (JSON.parse(text) as { runs: { tool: { driver: { rules: { id: string }[] } }; results: Result[] }[] }).runs[0];

test("broken rules and dangers are findings, and a mandatory rule is an error", () => {
  const cluster = resource("aws-use1-cluster", { action: "replace" });
  const violation = { rule: "DEL-004", urn: cluster.urn, message: "dynamicStableScale is true" };
  const policies = {
    ...emptyReview.policies,
    violations: [
      { ...violation, level: "mandatory" },
      { ...violation, level: "advisory" },
    ],
  };
  const results = run(toSarif(reviewOf({}, { policies, dangers: [danger(cluster, "aws-use1")] })))?.results ?? [];
  assert.deepEqual(
    results.map(({ ruleId, level }) => [ruleId, level]),
    [
      ["DEL-004", "error"],
      ["DEL-004", "warning"],
      ["danger/replace-cluster", "note"],
    ],
  );
  for (const { locations } of results) assert.equal(locations[0]?.logicalLocations[0]?.fullyQualifiedName, cluster.urn);
});

test("every finding names a rule that is listed, and is the same finding in the next run", () =>
  fc.assert(
    fc.property(anyReview, (review) => {
      const text = toSarif(review);
      const { tool, results = [] } = run(text) ?? {};
      assert.equal(results.length, review.policies.violations.length + review.dangers.length);
      for (const { ruleId, ruleIndex } of results) assert.equal(tool?.driver.rules[ruleIndex]?.id, ruleId);
      assert.equal(toSarif(structuredClone(review)), text);
    }),
    { numRuns: 50 },
  ));
