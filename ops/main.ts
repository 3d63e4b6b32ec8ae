import { nearest } from "../infra/config/spelling.ts";
import { asksForHelp, type Command, help } from "./command.ts";
import { drift } from "./commands/drift.ts";
import { env } from "./commands/env.ts";
import { destroy, preview, refresh, up } from "./commands/lifecycle.ts";
import { mesh } from "./commands/mesh.ts";
import { simulatorCommands } from "./commands/sim.ts";
import { status } from "./commands/status.ts";
import { topology } from "./commands/topology.ts";
import { OperatorError } from "./operatorError.ts";

/** Every command of novactl, in the order of its help. */
export const commands: readonly Command[] = [
  up,
  preview,
  refresh,
  destroy,
  status,
  mesh,
  drift,
  env,
  topology,
  ...simulatorCommands,
];

/** Runs what the arguments ask for and returns the exit code. @throws OperatorError when they, or the world, do not allow it */
export async function main(args: string[]): Promise<number> {
  const [first = "", second = ""] = args;
  if (first === "" || first === "help" || first.startsWith("-")) {
    if (first.startsWith("-") && !asksForHelp(args))
      throw new OperatorError(`novactl needs a command before ${first}; see \`novactl --help\``);
    console.log(overview(commands));
    return 0;
  }
  const found =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  if (found === undefined) {
    const group = commands.filter(({ name }) => name.startsWith(`${first} `));
    if (group.length === 0) throw new OperatorError(unknownCommand(first, [...new Set(commands.map(firstWord))]));
    if (second !== "" && !second.startsWith("-"))
      throw new OperatorError(
        unknownCommand(
          `${first} ${second}`,
          group.map(({ name }) => name),
        ),
      );
    console.log(overview(group));
    return second === "" ? 1 : 0;
  }
  const rest = args.slice(found.name.split(" ").length);
  if (asksForHelp(rest)) {
    console.log(help(found));
    return 0;
  }
  return found.start(rest);
}

const firstWord = ({ name }: Command): string => name.split(" ")[0] ?? name;

function overview(listed: readonly Command[]): string {
  const width = Math.max(...listed.map(({ name }) => name.length));
  return [
    "novactl: operates NovaCron's environments. Usage: novactl <command> [arguments]",
    "",
    ...listed.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "novactl <command> --help shows what a command takes. With --sim a command works on the simulated clouds, whose state is",
    "in .novacron (or $NOVACRON_HOME); without it, on the real ones through Pulumi's own backend and credentials.",
  ].join("\n");
}

function unknownCommand(given: string, known: readonly string[]): string {
  const meant = nearest(given, known);
  return meant === undefined
    ? `novactl has no command '${given}'; its commands: ${known.join(", ")}`
    : `novactl has no command '${given}', did you mean \`novactl ${meant}\`?`;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
