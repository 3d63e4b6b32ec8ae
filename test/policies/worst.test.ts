import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { engineProject, places, refusing } from "./engineProject.ts";
import { publishing, worst } from "./worstProgram.ts";

const ids = [...rules, ...stackRules].map(({ id }) => id).toSorted();

test("of the worst program every rule refuses something, by name, and nothing of it is made", async (t) => {
  const { judged, declare, pulumi } = await engineProject(t, worst);
  const preview = await judged("preview");
  assert.notEqual(preview.code, 0);
  const refused = new Set(refusing(preview));
  const up = await judged("up", "--yes", "--skip-preview");
  assert.notEqual(up.code, 0);
  const { output } = await pulumi("stack", "export");
  assert.doesNotMatch(output, /::worst-/);

  for (const { rule, resources } of publishing) {
    declare(resources);
    if (refusing(await judged("preview")).includes(rule)) refused.add(rule);
  }
  const silent = ids.filter((id) => !refused.has(id));
  assert.deepEqual(silent, [], `${preview.findings.length} findings\n${preview.output.slice(-4000)}`);
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
  const [early, late] = [places(preview.findings), places(up.findings)];
  assert.deepEqual(
    early.filter((place) => !late.includes(place)),
    [],
    "found in the preview alone",
  );
  // What waits for values that only `up` has was counted as such.
  const [, deferred = ""] = preview.summary?.split("deferred to up:") ?? [];
  assert.deepEqual(
    late.filter((place) => !early.includes(place) && !deferred.includes(place.split(" ")[0] ?? "")),
    [],
    `found in \`up\` alone, and not among: ${deferred}`,
  );

  const { output: state } = await pulumi("stack", "export");
  const file = join(folder, "state.json");
  writeFileSync(file, state);
  const analysis = await analyzed(file, "staging");
  assert.notEqual(analysis.code, 0, "without the stack's config nothing only warns");
  const live = stackRules.filter(({ isLive }) => isLive === true).map(({ id }) => id);
  assert.deepEqual(
    places(analysis.findings),
    places(up.findings.filter(({ rule }) => !live.includes(rule))),
    "what clusters record is not asked of a state, which tells what was",
  );
});
