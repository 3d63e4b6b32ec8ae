import type { TestContext } from "node:test";

/** The promise: from an operator's decision to the last answer of what he took away. */
export const PROMISE_MS = 5_000;

/** Milliseconds from one sample to the next: with one millisecond of work each, a hundredth of a processor. */
const EVERY_MS = 100;

/** Samples of which the median counts as a pace that the machine can keep: five seconds. */
const WINDOW = 50;

/** How much longer work takes when the machine is slowed: contention among our own processes adds a fifth at most (measured). */
const SLOWED = 1.35;

/** More trials than these would only find a machine that never has its processors. */
const ATTEMPTS = 3;

/** The shortest median so far, in this process. */
let best = Number.POSITIVE_INFINITY;

/**
 * Measures how fast the processors compute while something goes on: the processor time, not the time on the clock, of a fixed
 * piece of work. It does not grow when processes wait for each other; it grows when the host of a virtual machine slows it
 * down, which nothing else tells: half the pace was seen for minutes, with no time reported as stolen.
 */
class Pace {
  readonly #samples: number[] = [];
  readonly #timer = setInterval(() => this.#sample(), EVERY_MS);

  #sample(): void {
    this.#samples.push(work());
    if (this.#samples.length % WINDOW === 0) best = Math.min(best, median(this.#samples.slice(-WINDOW)));
  }

  /** Ends it. Returns how many times longer than at the machine's best pace work took. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#samples.length < WINDOW ? 1 : median(this.#samples) / best;
  }
}

/**
 * Runs a trial of a promise about time. One that fails while the machine was slowed from outside says nothing about the
 * promise: it is reported and repeated. One that fails at full pace fails.
 * @param trial must leave things as they were, also when it fails; gets the number of the attempt
 */
export async function atFullPace(t: TestContext, trial: (attempt: number) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const pace = new Pace();
    try {
      await trial(attempt);
      return void pace.stop();
    } catch (error) {
      const slower = pace.stop();
      if (slower < SLOWED || attempt === ATTEMPTS) throw error;
      const [reason] = String(error instanceof Error ? error.message : error).split("\n");
      t.diagnostic(`repeated: the machine computed ${slower.toFixed(1)} times slower than it can; ${reason}`);
    }
  }
}

/** Microseconds of processor time. */
function work(): number {
  const before = process.threadCpuUsage();
  let value = 0;
  for (let index = 0; index < 200_000; index++) value = Math.imul(value + index, 31);
  const { user, system } = process.threadCpuUsage(before);
  return value === Number.POSITIVE_INFINITY ? 0 : user + system;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
