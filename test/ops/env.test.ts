import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { quoted } from "../../ops/commands/env.ts";
import { environmentWith, realVariables } from "../../ops/environment.ts";

test("a shell reads back exactly what was quoted, whatever is in it", () => {
  for (const value of ["plain", "with space", "it's", '$HOME `id` \\ "x"', "a\nb", "", "'"]) {
    const script = `x=${quoted(value)}; printf %s "$x"`;
    assert.equal(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }), value);
  }
});

test("a shell's wish to force every field of a cluster does not reach Pulumi, on the real clouds neither", () => {
  process.env.PULUMI_K8S_ENABLE_PATCH_FORCE = "true";
  try {
    const project = { folder: "/checkout", name: "novacron", home: "/checkout/.novacron" };
    const variables = realVariables(project, "prod", "/opt/pulumi/bin/pulumi");
    assert.ok(!("PULUMI_K8S_ENABLE_PATCH_FORCE" in environmentWith(variables)));
  } finally {
    delete process.env.PULUMI_K8S_ENABLE_PATCH_FORCE;
  }
});
