import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { getPriority } from "node:os";
import { test } from "node:test";
import { passThrough } from "../../ops/pulumi.ts";

/** Prints its own nice level and its session's, once whoever started it has had time to set them. */
const LEVELS = "sleep 0.3; nice; cat /proc/self/autogroup";

async function levels(niceness: number | undefined): Promise<string> {
  let printed = "";
  const run = { pulumi: "sh", folder: "/", environment: process.env, ...(niceness === undefined ? {} : { niceness }) };
  assert.equal(await passThrough(run, ["-c", LEVELS], (text) => (printed = text)), 0);
  return printed;
}

test("a command that is to stand back does so alone, and as a session", {
  skip: existsSync("/proc/self/autogroup") ? false : "this kernel does not share processors out by session",
}, async () => {
  const own = getPriority();
  assert.match(await levels(7), new RegExp(`^${own + 7}\\n/autogroup-\\d+ nice 7\\n`));
  assert.match(await levels(undefined), new RegExp(`^${own}\\n/autogroup-\\d+ nice 0\\n`));
});
