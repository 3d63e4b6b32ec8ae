import { Worker } from "node:worker_threads";

/** Samples, one a second, of which the median counts as a pace that the machine can keep. */
const WINDOW = 10;

/** How much longer work takes when the machine is slowed; 18 processes in want of two processors add a tenth (measured). */
export const SLOWED = 1.3;

/** More trials than these would only find a machine that never has its processors. */
export const ATTEMPTS = 3;

/** Processor time of the same piece of work, the oldest first. */
const samples: number[] = [];
let isSampling = false;

/**
 * Whether the machine computes as fast as it can. Its pace is the processor time, not the time on the clock, of a fixed piece of
 * work. That does not grow when processes wait for each other; it grows when the host of a virtual machine slows it down, which
 * nothing else tells: half the pace was seen for minutes, with no time reported as stolen.
 * @returns says how many times longer work has taken since than at the best pace that the machine has kept so far
 */
export function watchPace(): () => number {
  if (!isSampling) startSampler();
  const began = samples.length;
  return () => timesSlower(samples.slice(began));
}

function startSampler(): void {
  isSampling = true;
  const worker = new Worker(new URL("./paceSampler.ts", import.meta.url));
  worker.on("message", (sample: number) => samples.push(sample));
  worker.unref();
}

function timesSlower(now: readonly number[]): number {
  const windows = Array.from({ length: Math.floor(samples.length / WINDOW) }, (_, index) =>
    median(samples.slice(index * WINDOW, (index + 1) * WINDOW)),
  );
  return now.length === 0 || windows.length === 0 ? 1 : median(now) / Math.min(...windows);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
