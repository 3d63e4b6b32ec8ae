import { parseArgs } from "node:util";
import { nearest } from "../infra/config/spelling.ts";
import { OperatorError } from "./operatorError.ts";

export interface Option {
  type: "boolean" | "string";
  /** May be given more than once. */
  multiple?: true;
  /** One letter, for the most common options. */
  short?: string;
  /** What the value is called in the help; options of type string only. */
  value?: string;
  description: string;
}

type Options = Record<string, Option>;

type Value<Spec extends Option> = Spec["type"] extends "boolean" ? boolean : string;
type Values<Specs extends Options> = {
  [Name in keyof Specs]?: Specs[Name] extends { multiple: true } ? Value<Specs[Name]>[] : Value<Specs[Name]>;
};

export interface Positional {
  name: string;
  description: string;
  /** May be left out, with all that follow it. */
  optional?: true;
}

export interface Invocation<Specs extends Options> {
  positionals: string[];
  values: Values<Specs>;
  /** What followed `--`. */
  rest: string[];
}

interface Definition<Specs extends Options> {
  /** One word, or two as in `sim start`. */
  name: string;
  summary: string;
  positionals: readonly Positional[];
  options: Specs;
  /** What arguments after `--` are; without it there are none. */
  rest?: string;
  /** Exit codes, and whatever else the summary does not tell. */
  details?: string;
  examples?: readonly string[];
  /** Does it and returns the exit code. */
  run: (invocation: Invocation<Specs>) => Promise<number>;
}

/** A command of the table: what it is called and takes, from which its help and the reading of its arguments follow. */
export interface Command extends Omit<Definition<Options>, "run"> {
  /** Reads the arguments after the command's name and runs it. */
  start: (args: string[]) => Promise<number>;
}

export function command<const Specs extends Options>(definition: Definition<Specs>): Command {
  const { run, ...described } = definition;
  return { ...described, start: (args) => run(readArguments(definition, args)) };
}

const HELP: Options = { help: { type: "boolean", short: "h", description: "show this help" } };

function readArguments<Specs extends Options>(definition: Definition<Specs>, args: string[]): Invocation<Specs> {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const rest = end < 0 ? [] : args.slice(end + 1);
  const seeHelp = `see \`novactl ${definition.name} --help\``;
  if (end >= 0 && definition.rest === undefined)
    throw new OperatorError(`novactl ${definition.name} takes nothing after --; ${seeHelp}`);

  const { values, positionals, tokens } = parseArgs({
    args: own,
    options: Object.fromEntries(
      Object.entries(definition.options).map(([name, { type, multiple = false, short }]) => [
        name,
        { type, multiple, ...(short === undefined ? {} : { short }) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const known: Options = definition.options;
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = known[token.name];
    if (option === undefined) {
      const meant = nearest(token.name, [...Object.keys(known), "help"]);
      throw new OperatorError(
        `novactl ${definition.name} has no option ${token.rawName}${meant === undefined ? "" : `, did you mean --${meant}?`}; ${seeHelp}`,
      );
    }
    if (option.type === "boolean" && token.value !== undefined)
      throw new OperatorError(`${token.rawName} takes no value, but has '${token.value}'; ${seeHelp}`);
    if (option.type === "string" && token.value === undefined)
      throw new OperatorError(
        `${token.rawName} needs a value: ${token.rawName} ${option.value ?? "VALUE"}; ${seeHelp}`,
      );
  }
  const missing = definition.positionals
    .slice(positionals.length)
    .filter(({ optional }) => optional !== true)
    .map(({ name }) => `<${name}>`);
  if (missing.length > 0)
    throw new OperatorError(`novactl ${definition.name} needs ${missing.join(" and ")}; ${usage(definition)}`);
  const unexpected = positionals.slice(definition.positionals.length);
  if (unexpected.length > 0)
    throw new OperatorError(
      `novactl ${definition.name} does not know what to do with '${unexpected.join(" ")}'; ${usage(definition)}`,
    );
  // Every value has passed the check against its own option.
  return { positionals, values: values as Values<Specs>, rest };
}

/** Whether arguments ask for help, before `--`. */
export const asksForHelp = (args: readonly string[]): boolean => {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((argument) => argument === "--help" || argument === "-h");
};

type Described = Pick<Command, "name" | "summary" | "positionals" | "options" | "rest" | "details" | "examples">;

export function usage({ name, positionals, options, rest }: Omit<Described, "summary">): string {
  const words = [
    `usage: novactl ${name}`,
    ...positionals.map(({ name: word, optional }) => (optional ? `[<${word}>]` : `<${word}>`)),
    ...Object.entries(options).map(([option, spec]) => `[${flag(option, spec)}]${spec.multiple ? "..." : ""}`),
    ...(rest === undefined ? [] : [`[-- ${rest}]`]),
  ];
  return words.join(" ");
}

/** The help of one command, derived from its entry in the table. */
export function help(described: Described): string {
  const rows: [string, string][] = [
    ...described.positionals.map(({ name, description }): [string, string] => [`<${name}>`, description]),
    ...Object.entries({ ...described.options, ...HELP }).map(([name, spec]): [string, string] => [
      `${spec.short === undefined ? "    " : `-${spec.short}, `}${flag(name, spec)}`,
      spec.description + (spec.multiple ? " (may be repeated)" : ""),
    ]),
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  const parts = [
    `${described.summary}\n`,
    usage(described),
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ];
  if (described.details !== undefined) parts.push("", described.details);
  if (described.examples !== undefined) parts.push("", "examples:", ...described.examples.map((line) => `  ${line}`));
  return parts.join("\n");
}

const flag = (name: string, { type, value = "VALUE" }: Option): string =>
  type === "boolean" ? `--${name}` : `--${name} ${value}`;
