import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { engineProject, places, refusing } from "./engineProject.ts";
import { changedExample, type Declared, type Example } from "./fixtures/fixture.ts";
import { goodOne, mutations, stackCases } from "./fixtures/index.ts";

const ids = [...rules, ...stackRules].map(({ id }) => id).toSorted();

const named = (example: Example, name: string): Declared => ({ ...example, name });

/** Everything that any rule refuses, in one program: one resource for each mutation, and each case of resources together in a cluster of its own. */
const worst: readonly Declared[] = [
  ...mutations.map(([rule, type, place, value], index) =>
    named(changedExample(goodOne(type), place, value), `worst-${index}-${rule}`),
  ),
  ...stackCases.flatMap(({ fires, resources }, index) =>
    fires === true ? resources.map((each) => inCase(each, `case-${index}`)) : [],
  ),
];

function inCase(each: Declared, at: string): Declared {
  const own = (name: string) => `${at}-${name}`;
  const comesFrom = Object.fromEntries(
    Object.entries(each.comesFrom ?? {}).map(([property, names]) => [property, names.map(own)]),
  );
  const provider = each.type.startsWith("kubernetes:") ? { provider: own(each.provider ?? "cluster") } : {};
  return { ...each, name: own(each.name), comesFrom, ...provider };
}

test("of the worst program every rule refuses something, by name, and nothing of it is made", async (t) => {
  const { judged, pulumi } = await engineProject(t, worst);
  const preview = await judged("preview");
  assert.notEqual(preview.code, 0);
  const silent = ids.filter((id) => !refusing(preview).includes(id));
  assert.deepEqual(silent, [], `${preview.findings.length} findings\n${preview.output.slice(-4000)}`);
  const up = await judged("up", "--yes", "--skip-preview");
  assert.notEqual(up.code, 0);
  assert.ok(refusing(up).length > 0);
  const { output } = await pulumi("stack", "export");
  assert.doesNotMatch(output, /worst-/);
});

test("preview, up and an analysis of the exported state find the same", async (t) => {
  const { judged, analyzed, pulumi, configure, folder } = await engineProject(t, worst);
  // Warnings let everything be made, so that all three see all of it.
  configure({ tier: "staging", policies: { advisory: ids } });
  const preview = await judged("preview");
  assert.equal(preview.code, 0, preview.output.slice(-4000));
  const up = await judged("up", "--yes", "--skip-preview");
  assert.equal(up.code, 0, up.output.slice(-4000));
  assert.ok(preview.findings.length > ids.length / 2);
  assert.deepEqual(places(preview.findings), places(up.findings));

  const { output: state } = await pulumi("stack", "export");
  const file = join(folder, "state.json");
  writeFileSync(file, state);
  const analysis = await analyzed(file, "staging");
  assert.notEqual(analysis.code, 0, "without the stack's config nothing only warns");
  assert.deepEqual(places(analysis.findings), places(up.findings));
});
