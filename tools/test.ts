/**
 * `npm test`: set-up, format and lint, types, unit tests, tests with the real engine, then the whole environment from end to
 * end. With names of suites only those, after set-up. The last line is `N passed, N failed`; a step that fails counts as one
 * failed test, and so does a run without any test.
 */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { checkout } from "./cache.ts";
import { setUpAll } from "./regionTools.ts";
import { type Count, runTestFiles, seconds, type TestRun } from "./testFiles.ts";
import { work } from "./work.ts";

interface Suite extends Omit<TestRun, "signal"> {
  title: string;
  files: readonly string[];
}

const find = (pattern: string, exclude: string[] = []): string[] =>
  globSync(pattern, { cwd: checkout, exclude }).toSorted();

/** They take a minute or more each, the longest first (measured); started last, one of them would run alone at the end. */
const LONGEST = [
  "test/engine/staging.test.ts",
  "test/engine/goldenReviews.test.ts",
  "test/policies/worst.test.ts",
  "test/engine/recovery.test.ts",
  "test/engine/lifecycle.test.ts",
  "test/sim-kubernetes/engine.test.ts",
  "test/ops-delivery/rollout.test.ts",
  "test/tools/languageHost.test.ts",
  "test/policies/engine.test.ts",
];

const longestFirst = (files: readonly string[]): string[] => files.toSorted((a, b) => rank(a) - rank(b));

const rank = (file: string): number => (LONGEST.includes(file) ? LONGEST.indexOf(file) : LONGEST.length);

/** In the order in which they run. */
const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    title: "unit tests",
    files: longestFirst(find("test/**/*.test.ts", ["test/engine/**"])),
    concurrency: availableParallelism(),
  },
  // Each keeps an engine, a program and its provider busy: more of them at once only wait for each other.
  engine: {
    title: "engine tests",
    files: longestFirst(find("test/engine/**/*.test.ts")),
    concurrency: Math.min(2, availableParallelism()),
  },
  // Alone on the machine: it holds the promise about time, which a machine that its host slows down cannot keep.
  e2e: { title: "end-to-end tests", files: find("test/e2e/**/*.e2e.ts"), concurrency: 1, each: true },
};

const total: Count = { passed: 0, failed: 0 };
const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort()).once("SIGTERM", () => interruption.abort());

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  console.error(`error: no suite ${unknown.join(", ")}: there are ${Object.keys(SUITES).join(", ")}`);
  process.exit(1);
}

await step("set-up", setUpAll);
if (wanted.length === 0) {
  await step("format and lint", () => command("biome", "ci", "--colors=off", "."));
  await step("types", () => command("tsc", "--pretty", "false"));
}
for (const [name, suite] of Object.entries(SUITES))
  if (wanted.length === 0 || wanted.includes(name)) await tests(suite);
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

async function tests({ title, files, ...how }: Suite): Promise<void> {
  if (interruption.signal.aborted || files.length === 0) return;
  const started = performance.now();
  console.log(`${title}:`);
  const absolute = files.map((path) => join(checkout, path));
  const { passed, failed } = await runTestFiles(absolute, { ...how, signal: interruption.signal });
  total.passed += passed;
  total.failed += failed;
  console.log(`${failed === 0 ? "✔" : "✖"} ${title} (${seconds(performance.now() - started)})`);
}

async function command(name: string, ...args: string[]): Promise<void> {
  const path = join(checkout, "node_modules", ".bin", name);
  const { ok, output, reason } = await work(path, args, { cwd: checkout });
  if (!ok) throw new Error(`${output}\n${relative(checkout, path)} ${args.join(" ")}: ${reason}`);
}
