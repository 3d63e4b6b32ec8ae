/** `npm start`: brings the staging environment up on the simulator, shows it, and says what to try next. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { checkout } from "./cache.ts";
import { setUpRegionTools } from "./regionTools.ts";
import { setUpTools } from "./setup.ts";

const STACK = "staging";

const NEXT = [
  [`preview ${STACK} --sim`, "a second run changes nothing"],
  [`mesh ${STACK} --sim --lose …`, "who still reaches whom after a loss"],
  ["sim change …", "change something behind Pulumi's back,"],
  [`drift ${STACK} --sim`, "find it,"],
  [`up ${STACK} --sim --yes`, "and have it repaired"],
  [`destroy ${STACK} --sim --yes`, "everything is gone again"],
  ["--help", "all commands"],
] as const;

const timings: [step: string, seconds: number][] = [];

try {
  await step("set-up", async () => {
    await setUpTools(["pulumi"]);
    await setUpRegionTools();
  });
  // The outputs follow in a form for people, and a preview would only say twice what is made.
  await step("up", () => novactl("up", STACK, "--sim", "--yes", "--", "--skip-preview", "--suppress-outputs"));
  await step("status", () => novactl("status", STACK, "--sim"));
  await step("mesh", () => novactl("mesh", STACK, "--sim"));
  console.log(`
Seconds per step: ${timings.map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", ")}

What to try next:
${NEXT.map(([command, shows]) => `  npx novactl ${command.padEnd(36)}${shows}`).join("\n")}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function step(name: string, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await run();
  timings.push([name, (performance.now() - started) / 1000]);
}

/** Runs the operator's command as its user would; the terminal, and with it Ctrl-C, is its own meanwhile. */
async function novactl(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, join(checkout, "ops", "main.ts"), ...args], {
    cwd: checkout,
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const wait = () => {};
  process.on("SIGTERM", forward).on("SIGINT", process.stdin.isTTY ? wait : forward);
  const [code, signal] = await once(child, "close");
  process.off("SIGTERM", forward).off("SIGINT", wait).off("SIGINT", forward);
  if (code !== 0) throw new Error(`novactl ${args.join(" ")} failed (${signal ?? `exit code ${code}`})`);
}
