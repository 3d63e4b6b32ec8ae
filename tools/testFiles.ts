import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { checkout } from "./cache.ts";

export interface Count {
  passed: number;
  failed: number;
}

/** Longer than any test may take; it is there so that a hanging one does not hang the whole run. */
const TIMEOUT_MS = 60 * 60_000;

/** What the runner says of a file at its end, as diagnostics of nobody. */
const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

export interface TestRun {
  /** Files at a time. */
  concurrency: number;
  signal: AbortSignal;
  /** Whether each test has a line, with the figures that it measured: where a file takes many minutes. @default false */
  each?: boolean;
}

/** Runs test files, each in a process of its own. A file that passes takes one line; a failure is shown whole. */
export async function runTestFiles(
  files: readonly string[],
  { concurrency, signal, each = false }: TestRun,
): Promise<Count> {
  const total: Count = { passed: 0, failed: 0 };
  const printed = new Map<string, string>();
  const showOutput = (file: string) => {
    const output = printed.get(file);
    if (output) console.log(indent(`printed by ${relative(checkout, file)}:\n${output}`, 4));
  };
  const events = run({
    files,
    concurrency,
    signal,
    timeout: TIMEOUT_MS,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") {
      printed.set(data.file, (printed.get(data.file) ?? "") + data.message);
    } else if (each && type === "test:pass" && data.details.type !== "suite" && data.name !== data.file) {
      console.log(indent(`✔ ${data.name} (${seconds(data.details.duration_ms)})`));
    } else if (each && type === "test:diagnostic" && !SUMMARY.test(data.message)) {
      console.log(indent(data.message, 6));
    } else if (type === "test:fail") {
      const { error } = data.details;
      // A parent of failed tests has nothing to add to them.
      if (isFailureOfSubtests(error)) continue;
      const place = `${relative(checkout, data.file ?? "")}:${data.line}`;
      console.log(indent(`✖ ${data.name === data.file ? place : `${place} ${data.name}`}`));
      console.log(indent(explain(error.cause ?? error), 4));
      if (data.name === data.file) showOutput(data.name);
    } else if (type === "test:summary") {
      const { passed, failed, cancelled, skipped, todo } = data.counts;
      if (data.file === undefined) {
        total.passed = passed;
        total.failed = failed + cancelled;
      } else {
        const rest = [
          failed + cancelled && `${failed + cancelled} failed`,
          skipped + todo && `${skipped + todo} skipped`,
        ];
        const counts = [`${passed} passed`, ...rest.filter(Boolean)].join(", ");
        console.log(
          `  ${data.success ? "✔" : "✖"} ${relative(checkout, data.file)}: ${counts} (${seconds(data.duration_ms)})`,
        );
        if (!data.success) showOutput(data.file);
      }
    }
  }
  return total;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** An assertion's message holds both values already; the test runner's own frames say nothing. */
function explain(cause: unknown): string {
  const isAssertion = cause instanceof Error && "code" in cause && cause.code === "ERR_ASSERTION";
  return isAssertion ? (cause.stack ?? cause.message).replaceAll(/\n +at .*\(?node:.*/g, "") : inspect(cause);
}

function isFailureOfSubtests(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}

function indent(text: string, columns = 2): string {
  return text.trimEnd().replaceAll(/^/gm, " ".repeat(columns));
}
