import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { checkout } from "./cache.ts";

/**
 * Runs the operator's command as its user would; the terminal, and with it Ctrl-C, is its own meanwhile.
 * @param folder of the project. @default the checkout
 * @returns its exit code
 */
export async function runNovactl(args: readonly string[], folder = checkout): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, join(checkout, "ops", "main.ts"), ...args], {
    cwd: folder,
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const wait = () => {};
  process.on("SIGTERM", forward).on("SIGINT", process.stdin.isTTY ? wait : forward);
  const [code, signal] = await once(child, "close");
  process.off("SIGTERM", forward).off("SIGINT", wait).off("SIGINT", forward);
  if (signal !== null) throw new Error(`novactl ${args.join(" ")} was ended by ${signal}`);
  return code;
}

/** The same for a command that must succeed. @throws when it does not */
export async function novactl(...args: string[]): Promise<void> {
  const code = await runNovactl(args);
  if (code !== 0) throw new Error(`novactl ${args.join(" ")} failed (exit code ${code})`);
}

/** What brings an environment up: outputs follow in a form for people, and a preview would only say twice what is made. */
export const bringUp = (stack: string): Promise<void> =>
  novactl("up", stack, "--sim", "--yes", "--", "--skip-preview", "--suppress-outputs");
