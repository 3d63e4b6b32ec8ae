import type { TestContext } from "node:test";
import { Worker } from "node:worker_threads";

/** Samples, one a second, of which the median counts as a pace that the machine can keep. */
const WINDOW = 10;

/** How much longer work takes when the machine is slowed; 18 processes in want of two processors add a tenth (measured). */
const SLOWED = 1.3;

/** More trials than these would only find a machine that never has its processors. */
const ATTEMPTS = 3;

/** Processor time of the same piece of work, the oldest first. */
const samples: number[] = [];
let isSampling = false;

/**
 * Runs a trial of a promise about time. One that fails while the machine was slowed from outside says nothing about the
 * promise: it is reported and repeated. One that fails at full pace fails.
 *
 * The pace is the processor time, not the time on the clock, of a fixed piece of work. It does not grow when processes wait for
 * each other; it grows when the host of a virtual machine slows it down, which nothing else tells: half the pace was seen for
 * minutes, with no time reported as stolen.
 * @param trial must leave things as they were, also when it fails; gets the number of the attempt
 */
export async function atFullPace(t: TestContext, trial: (attempt: number) => Promise<void>): Promise<void> {
  if (!isSampling) startSampler();
  for (let attempt = 1; ; attempt++) {
    const began = samples.length;
    try {
      return await trial(attempt);
    } catch (error) {
      const slower = timesSlower(samples.slice(began));
      if (slower < SLOWED || attempt === ATTEMPTS) throw error;
      const [reason] = String(error instanceof Error ? error.message : error).split("\n");
      t.diagnostic(`repeated: the machine computed ${slower.toFixed(1)} times slower than it can; ${reason}`);
    }
  }
}

function startSampler(): void {
  isSampling = true;
  const worker = new Worker(new URL("./paceSampler.ts", import.meta.url));
  worker.on("message", (sample: number) => samples.push(sample));
  worker.unref();
}

/** How many times longer work took than at the best pace that the machine has kept so far. */
function timesSlower(now: readonly number[]): number {
  const windows = Array.from({ length: Math.floor(samples.length / WINDOW) }, (_, index) =>
    median(samples.slice(index * WINDOW, (index + 1) * WINDOW)),
  );
  return now.length === 0 || windows.length === 0 ? 1 : median(now) / Math.min(...windows);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
