/** Lines kept for each container: enough to see what led to a crash. */
const LINES = 2_000;

/** Containers whose logs are kept; the ones that were silent longest go first. Outlives pods, for a look afterwards. */
const CONTAINERS = 400;

/** What writes. */
export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
}

export interface LogLine {
  /** When it arrived, as RFC 3339. */
  time: string;
  text: string;
}

/** What containers wrote, in memory. */
export class Logs {
  readonly #logs = new Map<string, LogLine[]>();
  readonly #followers = new Set<(source: string, line: LogLine) => void>();

  /** Takes down one line. */
  write(source: LogSource, text: string): void {
    const key = keyOf(source);
    const lines = this.#logs.get(key) ?? [];
    this.#logs.delete(key);
    this.#logs.set(key, lines);
    const line = { time: new Date().toISOString(), text };
    lines.push(line);
    // In blocks: moving thousands of lines for each new one would cost more than writing it.
    if (lines.length > LINES * 1.5) lines.splice(0, lines.length - LINES);
    if (this.#logs.size > CONTAINERS) this.#logs.delete(this.#logs.keys().next().value ?? "");
    for (const follower of this.#followers) follower(key, line);
  }

  /** @param tail last lines only. @default all that is kept */
  lines(source: LogSource, tail = Number.POSITIVE_INFINITY): LogLine[] {
    const lines = this.#logs.get(keyOf(source)) ?? [];
    return lines.slice(Math.max(0, lines.length - tail));
  }

  /** Tells of each line that comes from now on, until the function that it gives is called. */
  follow(source: LogSource, onLine: (line: LogLine) => void): () => void {
    const wanted = keyOf(source);
    const follower = (key: string, line: LogLine): void => {
      if (key === wanted) onLine(line);
    };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

const keyOf = ({ namespace, pod, container }: LogSource): string => `${namespace}/${pod}/${container}`;
