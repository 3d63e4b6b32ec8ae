import { nearest } from "../infra/config/spelling.ts";
import { asksForHelp, type Command, help } from "./command.ts";
import { killSwitch, rollback } from "./commands/rollback.ts";
import { OperatorError } from "./operatorError.ts";

/** What has to be fast: found without loading the other commands and all that they need. */
const urgent: readonly Command[] = [rollback, killSwitch];

/** Runs what the arguments ask for and returns the exit code. @throws OperatorError when they, or the world, do not allow it */
export async function main(args: string[]): Promise<number> {
  const [first = "", second = ""] = args;
  const commands = urgent.some(({ name }) => name === first) ? urgent : (await import("./commands/all.ts")).commands;
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
