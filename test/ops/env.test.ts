import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { quoted } from "../../ops/commands/env.ts";

test("a shell reads back exactly what was quoted, whatever is in it", () => {
  for (const value of ["plain", "with space", "it's", '$HOME `id` \\ "x"', "a\nb", "", "'"]) {
    const script = `x=${quoted(value)}; printf %s "$x"`;
    assert.equal(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }), value);
  }
});
