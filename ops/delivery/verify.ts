import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { dataPlane } from "./services.ts";

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
 * Answers in a row that prove it: at 10 % and with weighted round robin over the few gateways of a region, one answer of any
 * twenty would come from the canary.
 */
const ROW = 60;

/**
 * Requests at a time, and milliseconds from one to the next of each: done within three seconds. As fast as answers come, they
 * took all of a small cluster's processors from the switch that they were to see, and from its users.
 */
const AT_ONCE = 2;
const PACE_MS = 100;

/** The row takes three seconds; a region that answers several times slower, such as one under attack, is still heard out. */
const DEADLINE_MS = 20_000;

/** A gateway that answers nothing at all for so long is not going to tell anything. */
const SILENCE_MS = 3_000;

/**
 * Asks a region's gateway through its internal entry point, as other services would, until enough answers in a row came
 * without any of the digests. Looks at what is really served, not at what was asked for.
 */
export async function verifyGone(
  client: ClusterClient,
  probe: string,
  digests: readonly string[],
  decided: number,
  deadline = DEADLINE_MS,
): Promise<Verification> {
  let row = 0;
  let answers = 0;
  let lastSeen: number | undefined;
  let problem: string | undefined;
  const since = () => Math.round(performance.now() - decided);
  const began = since();
  const isSilent = () => answers === 0 && since() - began > SILENCE_MS;
  const ask = async (): Promise<void> => {
    while (row < ROW && since() - began < deadline && !isSilent()) {
      const asked = performance.now();
      try {
        const answer = await client.request<{ digest?: string }>("GET", dataPlane(probe), { timeout: 2_000 });
        answers += 1;
        if (answer.digest !== undefined && digests.includes(answer.digest)) {
          lastSeen = since();
          row = 0;
        } else row += 1;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      if (row < ROW) await sleep(Math.max(0, PACE_MS - (performance.now() - asked)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const clear = row >= ROW;
  if (!clear && problem === undefined && lastSeen !== undefined) problem = "the digest is still being served";
  return { clear, answers, lastSeen, after: since(), ...(clear || problem === undefined ? {} : { problem }) };
}
