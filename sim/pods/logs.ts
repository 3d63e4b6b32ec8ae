/** Lines kept for each container: enough to see what led to a crash. */
const LINES = 2_000;

/** Containers whose logs are kept; the ones that were silent longest go first. Outlives pods, for a look afterwards. */
const CONTAINERS = 400;

export interface LogQuery {
  namespace?: string;
  pod?: string;
  container?: string;
  /** Last lines only, of each container. @default all that is kept */
  tail?: number;
}

export interface LogLine {
  namespace: string;
  pod: string;
  container: string;
  /** When it arrived, as RFC 3339. */
  time: string;
  text: string;
}

/** What containers wrote, in memory. */
export class Logs {
  readonly #logs = new Map<string, LogLine[]>();
  readonly #followers = new Set<(line: LogLine) => void>();

  /** Takes down one line. */
  write(namespace: string, pod: string, container: string, text: string): void {
    const key = `${namespace}/${pod}/${container}`;
    const lines = this.#logs.get(key) ?? [];
    this.#logs.delete(key);
    this.#logs.set(key, lines);
    const line = { namespace, pod, container, time: new Date().toISOString(), text };
    lines.push(line);
    // In blocks: moving thousands of lines for each new one would cost more than writing it.
    if (lines.length > LINES * 1.5) lines.splice(0, lines.length - LINES);
    if (this.#logs.size > CONTAINERS) this.#logs.delete(this.#logs.keys().next().value ?? "");
    for (const follower of this.#followers) follower(line);
  }

  /** Lines of the containers that are meant, container by container. */
  lines(query: LogQuery): LogLine[] {
    const { tail } = query;
    return [...this.#logs.values()]
      .filter(([line]) => line !== undefined && isMeant(query, line))
      .flatMap((lines) => (tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail))));
  }

  /** Those lines as text with their times; when they are of several containers, each begins with its own. */
  read(query: LogQuery): string {
    const lines = this.lines(query);
    const nameOf = ({ namespace, pod, container }: LogLine): string => `${namespace}/${pod}/${container}`;
    const isOne = new Set(lines.map(nameOf)).size === 1;
    return lines.map((line) => `${isOne ? "" : `${nameOf(line)} `}${line.time} ${line.text}\n`).join("");
  }

  /** Tells of each line that comes from now on, until the function that it gives is called. */
  follow(query: LogQuery, onLine: (line: LogLine) => void): () => void {
    const follower = (line: LogLine): void => {
      if (isMeant(query, line)) onLine(line);
    };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

const isMeant = ({ namespace, pod, container }: LogQuery, line: LogLine): boolean =>
  (namespace === undefined || namespace === line.namespace) &&
  (pod === undefined || pod === line.pod) &&
  (container === undefined || container === line.container);
