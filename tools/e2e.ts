/**
 * `npm run e2e`: set-up, then the staging environment with real control planes, from nothing to nothing: releases, rollbacks,
 * losses, measured from outside. Each test has a line, with its figures; the last line is `N passed, N failed`.
 */
import { join } from "node:path";
import { checkout } from "./cache.ts";
import { setUpRegionTools } from "./regionTools.ts";
import { setUpTools } from "./setup.ts";
import { runTestFiles } from "./testFiles.ts";

const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort()).once("SIGTERM", () => interruption.abort());

await setUpTools(["pulumi"]);
await setUpRegionTools();
const { passed, failed } = await runTestFiles([join(checkout, "test", "e2e", "staging.e2e.ts")], {
  concurrency: 1,
  signal: interruption.signal,
  each: true,
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = interruption.signal.aborted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
