import { z } from "zod";
import { Refusal } from "./service.ts";

export const operations = ["create", "read", "update", "delete"] as const;
export type Operation = (typeof operations)[number];

/** A fault that the simulated clouds show on demand. */
export const faultSchema = z.strictObject({
  /**
   * throttle, unavailable: the API answers 429 or 503; the provider tries again by itself, five times at most.
   * capacity: no capacity, not tried again. slow: the request takes `seconds` longer.
   * partial: the resource is made but reported as failed. crash-before, crash-after: the simulator dies
   * before or after it has made the change, without an answer.
   */
  kind: z.enum(["throttle", "unavailable", "capacity", "slow", "partial", "crash-before", "crash-after"]),
  /** Resource type, or a prefix of one ending in `*`. */
  type: z.string().default("*"),
  operation: z.enum(operations).default("create"),
  /** Matching requests that pass untouched before the fault begins. */
  skip: z.int().min(0).default(0),
  /** Requests that it hits. */
  times: z.int().min(1).default(1),
  /** Real seconds that `slow` adds. */
  seconds: z.number().min(0).max(3600).default(5),
});

export type Fault = z.output<typeof faultSchema>;

const PROVIDER_ATTEMPTS = 5;

export class Faults {
  #faults: Fault[] = [];
  #delayed = 0;

  /** Requests that `slow` holds back at the moment, be their sender alive or not. */
  get delayed(): number {
    return this.#delayed;
  }

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults = [];
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** Plays the faults due before a request reaches the API. Throws what the provider would report. */
  async before(operation: Operation, type: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const fault = this.#take(operation, type, ["throttle", "unavailable", "capacity", "slow", "crash-before"]);
      if (fault === undefined) return;
      if (fault.kind === "slow") await this.#delay(fault.seconds);
      else if (fault.kind === "crash-before") crash();
      else if (fault.kind === "capacity")
        throw new Refusal(
          "InsufficientCapacity",
          "There is not enough capacity for the request. Try again later or in another zone.",
        );
      else if (attempt >= PROVIDER_ATTEMPTS) {
        if (fault.kind === "throttle")
          throw new Refusal("TooManyRequests", `Rate exceeded (429) after ${attempt} attempts`);
        throw new Refusal("ServiceUnavailable", `The service is unavailable (503) after ${attempt} attempts`);
      }
    }
  }

  /** Plays the faults due when the change is made but not yet answered. True: report it as failed. */
  after(operation: Operation, type: string): boolean {
    const fault = this.#take(operation, type, ["partial", "crash-after"]);
    if (fault?.kind === "crash-after") crash();
    return fault !== undefined;
  }

  async #delay(seconds: number): Promise<void> {
    this.#delayed += 1;
    await sleep(seconds);
    this.#delayed -= 1;
  }

  #take(operation: Operation, type: string, kinds: readonly Fault["kind"][]): Fault | undefined {
    for (const fault of this.#faults) {
      if (!kinds.includes(fault.kind) || fault.operation !== operation || !matches(fault.type, type)) continue;
      if (fault.skip > 0) fault.skip -= 1;
      else {
        fault.times -= 1;
        this.#faults = this.#faults.filter((candidate) => candidate.times > 0);
        return { ...fault };
      }
    }
    return undefined;
  }
}

const matches = (pattern: string, type: string): boolean =>
  pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const crash = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable: the process was killed");
};
