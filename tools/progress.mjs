// Plain JavaScript: tools/node24.mjs needs it before a Node that runs TypeScript is there.
import { performance } from "node:perf_hooks";

/**
 * Tells on standard error that something long is going on: one line that counts the seconds on a terminal, elsewhere a
 * line at the start and one every 30 s.
 *
 * @param {string} what for example "pulumi 3.259.0: building, about 8 min"
 * @returns {(result: string) => void} replaces the line by its result and the time that it took
 */
export function progress(what) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const { isTTY } = process.stderr;
  const show = () => process.stderr.write(isTTY ? `\r\x1b[2K${what} … ${seconds()} s` : `${what} … ${seconds()} s\n`);
  show();
  const timer = setInterval(show, isTTY ? 1000 : 30_000);
  return (result) => {
    clearInterval(timer);
    process.stderr.write(`${isTTY ? "\r\x1b[2K" : ""}${result} (${seconds()} s)\n`);
  };
}
