import { spawn } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Probe } from "./probe.ts";
import { waitUntil } from "./waiting.ts";

export interface TimedRollback {
  /** Exit code of `novactl rollback`; null when a signal ended it. */
  code: number | null;
  /** What it printed. */
  output: string;
  /** Milliseconds from the start of its process until its end. */
  milliseconds: number;
  /**
   * Milliseconds from the start of the process until a region's probe had the last answer of the digest; 0 when none came
   * after the start.
   */
  lastAnswers: Record<string, number>;
  /** Milliseconds of the longest time in which this process looked at nothing: answers of that time are known that much too late. */
  blind: number;
}

/** What is promised: no answer of what was taken back later than this, in milliseconds from the decision. */
export const PROMISE_MS = 5_000;

/** A release that has not answered for so long serves no more, and to roll it back proves nothing: at 10 % it answers every half second. */
export const SERVED_MS = 5_000;

/**
 * Between the last step of a release and the decision to take it back: an operator has seen something before he decides.
 * Without it the regions would still be busy with the step, all at once, on the one machine that they share.
 */
export const DECIDES_AFTER_MS = 3_000;

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Milliseconds without an answer of the digest, after the command has ended, that count as its end. */
const QUIET_MS = 2_000;

/** Seconds after which a digest that still answers is no rollback at all. */
const STUBBORN_SECONDS = 60;

/**
 * Runs `novactl rollback` as an operator would, in the current project, and looks from outside when the digest really
 * answers no more. The decision is the start of the process, so that what novactl needs to get going counts.
 * @param args of `novactl rollback`
 * @throws OperatorError when the digest does not stop answering
 */
export async function timedRollback(
  args: readonly string[],
  digest: string,
  probes: ReadonlyMap<string, Probe>,
): Promise<TimedRollback> {
  const longestGap = watchGaps();
  const decided = performance.now();
  const child = spawn(process.execPath, [...process.execArgv, MAIN, "rollback", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const ended = performance.now();
  const last = () => Math.max(ended, ...[...probes.values()].map((probe) => probe.lastAnswer(digest)?.at ?? 0));
  await waitUntil("the digest to answer no more", () => Promise.resolve(performance.now() - last() > QUIET_MS), {
    seconds: STUBBORN_SECONDS,
    every: 50,
    state: () => output.trim(),
  });
  const lastAnswers = [...probes].map(([region, probe]): [string, number] => [
    region,
    Math.round(Math.max(0, (probe.lastAnswer(digest)?.at ?? 0) - decided)),
  ]);
  return {
    code,
    output: output.trim(),
    milliseconds: Math.round(ended - decided),
    lastAnswers: Object.fromEntries(lastAnswers),
    blind: longestGap(),
  };
}

/** Says, once, the milliseconds of the longest time since in which this process looked at nothing. */
export function watchGaps(): () => number {
  const delay = monitorEventLoopDelay();
  delay.enable();
  return () => {
    delay.disable();
    return Math.round(delay.max / 1e6);
  };
}
