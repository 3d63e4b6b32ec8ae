import assert from "node:assert/strict";
import { test } from "node:test";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { engineProject, refusing } from "./engineProject.ts";
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
