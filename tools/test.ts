/**
 * `npm test`: set-up, format and lint, types, unit tests, then tests with the real engine. The last line is
 * `N passed, N failed`; a step that fails counts as one failed test, and so does a run without any test.
 */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, sep } from "node:path";
import { checkout } from "./cache.ts";
import { setUpRegionTools } from "./regionTools.ts";
import { setUpTools } from "./setup.ts";
import { type Count, runTestFiles, seconds, type TestRun } from "./testFiles.ts";
import { work } from "./work.ts";

/** Each engine test keeps an engine, a program and its provider busy: more of them at once only wait for each other. */
const ENGINE_CONCURRENCY = Math.min(2, availableParallelism());

const total: Count = { passed: 0, failed: 0 };
const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort()).once("SIGTERM", () => interruption.abort());

const files = globSync("test/**/*.test.ts", { cwd: checkout }).toSorted();
const engineTests = files.filter((file) => file.startsWith(join("test", "engine") + sep));
const unitTests = files.filter((file) => !engineTests.includes(file));

await step("set-up", async () => {
  await setUpTools(["pulumi"]);
  await setUpRegionTools();
});
await step("format and lint", () => command("biome", "ci", "--colors=off", "."));
await step("types", () => command("tsc", "--pretty", "false"));
await tests("unit tests", unitTests, { concurrency: availableParallelism() });
await tests("engine tests", engineTests, { concurrency: ENGINE_CONCURRENCY });
if (total.passed + total.failed === 0) await step("some tests", () => Promise.reject(new Error("no test was run")));

console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = interruption.signal.aborted ? 130 : total.failed > 0 ? 1 : 0;

/** Runs a step that is not a test, and counts it only when it fails. */
async function step(name: string, run: () => Promise<void>): Promise<void> {
  if (interruption.signal.aborted) return;
  const started = performance.now();
  try {
    await run();
    console.log(`✔ ${name} (${seconds(performance.now() - started)})`);
  } catch (error) {
    total.failed += 1;
    console.log(
      `✖ ${name} (${seconds(performance.now() - started)})\n${error instanceof Error ? error.message : error}`,
    );
  }
}

async function tests(name: string, paths: readonly string[], how: Omit<TestRun, "signal">): Promise<void> {
  if (interruption.signal.aborted || paths.length === 0) return;
  const started = performance.now();
  console.log(`${name}:`);
  const absolute = paths.map((path) => join(checkout, path));
  const { passed, failed } = await runTestFiles(absolute, { ...how, signal: interruption.signal });
  total.passed += passed;
  total.failed += failed;
  console.log(`${failed === 0 ? "✔" : "✖"} ${name} (${seconds(performance.now() - started)})`);
}

async function command(name: string, ...args: string[]): Promise<void> {
  const path = join(checkout, "node_modules", ".bin", name);
  const { ok, output, reason } = await work(path, args, { cwd: checkout });
  if (!ok) throw new Error(`${output}\n${relative(checkout, path)} ${args.join(" ")}: ${reason}`);
}
