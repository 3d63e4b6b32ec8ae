import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { COMPARED_NOWHERE } from "../../tools/policyCatalogues.ts";
import { policyDocs } from "../../tools/policyDocs.ts";
import { REQUIREMENTS } from "../../tools/policyRequirements.ts";
import { TWOFOLD, TWOFOLD_CHANGES } from "./twofold.ts";

test("docs/policies.md tells the rules as they are", () => {
  const committed = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");
  assert.ok(committed === policyDocs(), "run: node tools/policyDocs.ts > docs/policies.md");
});

test("docs/policies.md counts the faults that are two", () => {
  const [faults, changes] = [TWOFOLD, TWOFOLD_CHANGES].map((each) => Object.keys(each).length);
  const told = `${faults} faults of resources together and ${changes} changes of one place are two faults at once`;
  assert.ok(policyDocs().replaceAll("\n", " ").includes(told), `tools/policiesIntroduction.md must say: ${told}`);
});

test("the comparison with other catalogues names rules that there are, and no requirement without one", () => {
  const ids = [...rules, ...stackRules].map(({ id }) => id);
  for (const { what, ours, theirs } of REQUIREMENTS) {
    assert.ok(ours.length > 0, what);
    for (const id of ours) assert.ok(ids.includes(id), `${what}: ${id}`);
    for (const [name, found] of Object.entries(theirs)) {
      assert.ok(found.length > 0, `${what}: ${name}`);
      assert.equal(new Set(found).size, found.length, `${what}: ${name}`);
    }
  }
});

test("every rule is compared with the other catalogues, or is named among those that are not", () => {
  const compared = new Set(REQUIREMENTS.flatMap(({ ours }) => ours));
  const named = Object.values(COMPARED_NOWHERE).flat();
  const ids = [...rules, ...stackRules].map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id) => !compared.has(id)).toSorted(),
    named.toSorted(),
    "give the rule a row in tools/policyRequirements.ts, or name it in COMPARED_NOWHERE of tools/policyCatalogues.ts",
  );
});
