// Plain JavaScript: tools/node24.mjs needs it before a Node that runs TypeScript is there.
import { performance } from "node:perf_hooks";

/** What is going on, the oldest first. @type {Set<() => string>} */
const running = new Set();

/**
 * Tells on standard error that something long is going on: on a terminal one line, for all that goes on at once, that counts
 * the seconds; elsewhere a line at the start and one every 30 s.
 *
 * @param {string} what for example "pulumi 3.259.0: building, about 8 min"
 * @returns {(result: string) => void} replaces the line by its result and the time that it took
 */
export function progress(what) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const state = () => `${what} … ${seconds()} s`;
  const { isTTY } = process.stderr;
  const show = () => (isTTY ? showAll() : process.stderr.write(`${state()}\n`));
  running.add(state);
  show();
  const timer = setInterval(show, isTTY ? 1000 : 30_000);
  return (result) => {
    clearInterval(timer);
    running.delete(state);
    process.stderr.write(`${isTTY ? CLEAR : ""}${result} (${seconds()} s)\n`);
    if (isTTY) showAll();
  };
}

const CLEAR = "\r\x1b[2K";

/** Cut to the terminal's width: of a line that wraps only the last part could be cleared. */
function showAll() {
  const line = [...running].map((state) => state()).join("; ");
  process.stderr.write(`${CLEAR}${line.slice(0, process.stderr.columns - 1)}`);
}
