import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { dataPlane } from "./services.ts";
import { since } from "./since.ts";

/** What the data plane says after a switch. */
export interface Verification {
  /** Enough answers in a row came without the digest. */
  clear: boolean;
  /** Answers that were looked at. */
  answers: number;
  /** Milliseconds after the decision at which the last answer with the digest came; undefined when none did. */
  lastSeen: number | undefined;
  /** Milliseconds after the decision at which the row was complete. */
  after: number;
  /** Why nothing could be seen, or what was last seen. */
  problem?: string;
}

/**
 * Answers in a row that prove it, by the percentage that the digest had. One of a region's two gateways may still go by its old
 * weights: then one answer of twenty comes from a canary at 10 %, one of four from a canary at 50 %. More than needed would take
 * from the processors that other regions need for their switch.
 */
const rowFor = (percentage: number): number => (percentage >= 50 ? 20 : 60);

/**
 * Requests at a time, and milliseconds from one to the next of each: at most three seconds in all. As fast as answers come, they
 * took all of a small cluster's processors from the switch that they were to see, and from its users.
 */
const AT_ONCE = 2;
const PACE_MS = 100;

/** A row takes three seconds at most; a region that answers several times slower, such as one under attack, is still heard out. */
const DEADLINE_MS = 20_000;

/** A gateway that answers nothing at all for so long is not going to tell anything. */
const SILENCE_MS = 3_000;

/**
 * Asks a region's gateway through its internal entry point, as other services would, until enough answers in a row came
 * without any of the digests. Looks at what is really served, not at what was asked for.
 * @param options.percentage of the requests that the digests had before
 */
export async function verifyGone(
  client: ClusterClient,
  probe: string,
  digests: readonly string[],
  { percentage, decided }: { percentage: number; decided: number },
): Promise<Verification> {
  const wanted = rowFor(percentage);
  let row = 0;
  let answers = 0;
  let lastSeen: number | undefined;
  let problem: string | undefined;
  const began = since(decided);
  const isSilent = () => answers === 0 && since(decided) - began > SILENCE_MS;
  const ask = async (): Promise<void> => {
    while (row < wanted && since(decided) - began < DEADLINE_MS && !isSilent()) {
      const asked = performance.now();
      try {
        const answer = await client.request<{ digest?: string }>("GET", dataPlane(probe), { timeout: 2_000 });
        answers += 1;
        if (answer.digest !== undefined && digests.includes(answer.digest)) {
          lastSeen = since(decided);
          row = 0;
        } else row += 1;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      if (row < wanted) await sleep(Math.max(0, PACE_MS - (performance.now() - asked)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const clear = row >= wanted;
  if (!clear && problem === undefined && lastSeen !== undefined) problem = "the digest is still being served";
  return { clear, answers, lastSeen, after: since(decided), ...(clear || problem === undefined ? {} : { problem }) };
}
