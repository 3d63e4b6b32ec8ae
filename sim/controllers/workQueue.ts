export interface WorkQueueOptions {
  /** Brings one object to what it should be. Resolves with the milliseconds after which to look again, if ever. */
  reconcile: (key: string) => Promise<number | undefined>;
  onError: (key: string, error: unknown) => void;
}

/** A failure is tried again after this long, doubling to the longest wait. */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

/** Longest wait that a timer takes; an object that is due later is looked at once in between. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Keys of objects to look at: each once however often it is added, one at a time, and again when it was added meanwhile.
 * Level-triggered: whoever reconciles reads what is, not what happened.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #failures = new Map<string, number>();
  #running: Promise<void> | undefined;
  #stopped = false;
  #started = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Begins to work; what was added before waits until then, so that the first look sees everything. */
  start(): void {
    this.#started = true;
    this.#work();
  }

  add(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#waiting.add(key);
    this.#work();
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#waiting.clear();
    await this.#running;
  }

  #addAfter(key: string, milliseconds: number): void {
    if (this.#stopped || this.#waiting.has(key)) return;
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => this.add(key), Math.min(milliseconds, LONGEST_TIMER_MS));
    timer.unref();
    this.#timers.set(key, timer);
  }

  #work(): void {
    if (!this.#started || this.#stopped || this.#running !== undefined) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#waiting.size > 0) this.#work();
    });
  }

  async #drain(): Promise<void> {
    for (const key of this.#waiting) {
      if (this.#stopped) return;
      this.#waiting.delete(key);
      try {
        const again = await this.#options.reconcile(key);
        this.#failures.delete(key);
        if (again !== undefined) this.#addAfter(key, again);
      } catch (error) {
        if (this.#stopped) return;
        const failures = this.#failures.get(key) ?? 0;
        this.#failures.set(key, failures + 1);
        this.#options.onError(key, error);
        this.#addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
      }
    }
  }
}
