import type { TestContext } from "node:test";
import { ATTEMPTS, SLOWED, watchPace } from "../../bench/pace.ts";

/**
 * Runs a trial of a promise about time. One that fails while the machine was slowed from outside says nothing about the
 * promise: it is reported and repeated. One that fails at full pace fails.
 * @param trial must leave things as they were, also when it fails; gets the number of the attempt
 */
export async function atFullPace(t: TestContext, trial: (attempt: number) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const timesSlower = watchPace();
    try {
      return await trial(attempt);
    } catch (error) {
      const slower = timesSlower();
      if (slower < SLOWED || attempt === ATTEMPTS) throw error;
      const [reason] = String(error instanceof Error ? error.message : error).split("\n");
      t.diagnostic(`repeated: the machine computed ${slower.toFixed(1)} times slower than it can; ${reason}`);
    }
  }
}
