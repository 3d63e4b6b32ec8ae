import { stripVTControlCharacters } from "node:util";

const CLEAR_LINE = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";

/** Lines at the end of the output that are written again and again, on a terminal; elsewhere nothing of them is shown. */
export class LiveLines {
  #shown = 0;

  get isLive(): boolean {
    return process.stdout.isTTY === true;
  }

  show(lines: readonly string[]): void {
    if (!this.isLive) return;
    const fitting = lines.map((line) => fit(line, process.stdout.columns));
    process.stdout.write(`${this.#up()}${fitting.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`);
    this.#shown = lines.length;
  }

  /** Takes them away, for other output to follow. */
  clear(): void {
    if (this.#shown > 0) process.stdout.write(`${this.#up()}${CLEAR_BELOW}`);
    this.#shown = 0;
  }

  #up(): string {
    return this.#shown === 0 ? "" : `\u001B[${this.#shown}A\r`;
  }
}

/** A line that wraps would be two, and the count wrong. */
function fit(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : plain.slice(0, columns - 1);
}
