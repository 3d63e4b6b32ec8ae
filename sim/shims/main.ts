/**
 * One of the clouds' credential programs, as far as clusters need it: asks the running simulator and prints what it says.
 *
 *     node main.ts <program's name> <simulator.json> <the program's own arguments>
 */
import { readFileSync } from "node:fs";
import type { Outcome } from "../credentials.ts";
import type { Endpoint } from "../main.ts";

const [command = "", endpointFile = "", ...args] = process.argv.slice(2);

try {
  const { controlPort, token } = JSON.parse(readFileSync(endpointFile, "utf8")) as Endpoint;
  const { KUBERNETES_EXEC_INFO: execInfo } = process.env;
  const response = await fetch(`http://127.0.0.1:${controlPort}/credential`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ command, args, ...(execInfo === undefined ? {} : { execInfo }) }),
  });
  const answer = (await response.json()) as Outcome & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  process.stdout.write(answer.stdout);
  process.stderr.write(answer.stderr);
  process.exitCode = answer.exitCode;
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const isStopped = code === "ENOENT" || message === "fetch failed";
  console.error(
    isStopped
      ? `${command}: the simulated clouds are not running; \`novactl sim start\` starts them`
      : `${command}: ${message}`,
  );
  process.exitCode = 1;
}
