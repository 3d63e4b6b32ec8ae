/** `npm start`: brings the staging environment up on the simulator, shows that it serves, and says what to try next. */

import { bringUp, novactl } from "./novactl.ts";
import { showReadiness } from "./readiness.ts";
import { setUpAll } from "./regionTools.ts";

const STACK = "staging";

const NEXT = [
  ["npm run tour", "a release from 10 to 100 %, its rollback, and a bad release that stops by itself"],
  [`npx novactl status ${STACK} --sim --watch`, "the release screen, live"],
  [`npx novactl preview ${STACK} --sim`, "a second run changes nothing"],
  [`npx novactl mesh ${STACK} --sim --lose …`, "who still reaches whom after a loss"],
  [`npx novactl sim clusters --processes`, "what the regions run"],
  [`npx novactl drift ${STACK} --sim`, "what was changed behind Pulumi's back (sim change …)"],
  [`npx novactl destroy ${STACK} --sim --yes`, "everything is gone again"],
  ["npx novactl sim stop", "or only asleep: what exists stays"],
  ["npx novactl --help", "all commands"],
] as const;

const timings: [step: string, seconds: number][] = [];

try {
  await step("set-up", setUpAll);
  await step("up", () => bringUp(STACK));
  await step("entries", () => showReadiness(STACK));
  await step("status", () => novactl("status", STACK, "--sim"));
  await step("mesh", () => novactl("mesh", STACK, "--sim"));
  console.log(`
Seconds per step: ${timings.map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", ")}

What to try next:
${NEXT.map(([command, shows]) => `  ${command.padEnd(44)}${shows}`).join("\n")}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function step(name: string, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await run();
  timings.push([name, (performance.now() - started) / 1000]);
}
