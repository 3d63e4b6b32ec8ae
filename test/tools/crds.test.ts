import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setUpRegionTools } from "../../tools/regionTools.ts";

test("definitions keep what is checked when people write it: of pods, a Rollout's alone", async () => {
  const folder = join(await setUpRegionTools(), "crds", "argo-rollouts");
  const withContainers = readdirSync(folder).filter((file) =>
    readFileSync(join(folder, file), "utf8").includes('"containers":'),
  );
  assert.deepEqual(withContainers, ["rollouts.argoproj.io.json"]);
  const { spec } = JSON.parse(readFileSync(join(folder, "experiments.argoproj.io.json"), "utf8"));
  const { templates } = spec.versions[0].schema.openAPIV3Schema.properties.spec.properties;
  assert.deepEqual(templates.items.properties.template, {
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
  });
  assert.ok("replicas" in templates.items.properties);
});
