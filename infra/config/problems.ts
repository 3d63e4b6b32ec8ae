import type { z } from "zod";
import { nearest } from "./spelling.ts";
import { knownKeysOf, wordingOf } from "./wording.ts";

/** One thing that is wrong with a stack's config. */
export interface Problem {
  /** The full path of the key, such as `novacron:regions[1].cidr`. */
  key: string;
  /** `is …` with the value as the config has it, `is missing`, or why it is not shown. Never a secret. */
  value: string;
  allowed: string;
  action: string;
}

export type Path = readonly PropertyKey[];

/** The value of a key that the config does not have. */
export const MISSING = "is missing";

const LONGEST_SHOWN = 80;

/** Words in the name of an unknown key that tell of a secret: someone may have meant `meshSecret`. */
const TELLS_OF_SECRET = /secret|password|token|credential|key/i;

/** The key as the stack file and `pulumi config set --path` write it: `novacron:regions[1].cidr`. */
export function keyOf(path: Path): string {
  return path.reduce<string>((key, part, index) => {
    if (index === 0) return `novacron:${String(part)}`;
    return typeof part === "number" ? `${key}[${part}]` : `${key}.${String(part)}`;
  }, "novacron:");
}

/** A problem of the value at a path. */
export function problem(path: Path, value: unknown, allowed: string, action: string): Problem {
  return { key: keyOf(path), value: value === undefined ? MISSING : `is ${shown(value)}`, allowed, action };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** What the schema found wrong with a config. A misspelt key that leaves a needed one missing is one problem, not two. */
export function schemaProblems({ issues }: z.ZodError, config: unknown): Problem[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((name) => {
          const known = knownKeysOf(issue.message);
          const meant = nearest(name, known);
          const path = [...issue.path, name];
          return {
            problem: unknownKey(path, at(config, path), known, meant),
            meant: meant && keyOf([...issue.path, meant]),
          };
        })
      : [],
  );
  const others = issues.flatMap((issue) => {
    const value = at(config, issue.path);
    if (
      issue.code === "unrecognized_keys" ||
      (value === undefined && unknown.some(({ meant }) => meant === keyOf(issue.path)))
    ) {
      return [];
    }
    const { allowed, action } = wordingOf(issue.message);
    return [problem(issue.path, value, allowed, action)];
  });
  return [...unknown.map((entry) => entry.problem), ...firstOfEachKey(others)];
}

function unknownKey(path: Path, value: unknown, known: readonly string[], meant: string | undefined): Problem {
  const secret = TELLS_OF_SECRET.test(String(path.at(-1)));
  return {
    ...problem(
      path,
      value,
      `only the keys ${known.join(", ")}`,
      meant === undefined ? "remove this key" : `did you mean ${meant}? Rename this key, or remove it`,
    ),
    ...(secret ? { value: "is not a known key (its value may be a secret and is not shown)" } : {}),
  };
}

/** The value inside another one, or undefined. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, part) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, part) : undefined),
    value,
  );
}

/** A value can break several rules of its form at once; the first says all. */
function firstOfEachKey(problems: Problem[]): Problem[] {
  return problems.filter(({ key }, index) => problems.findIndex((other) => other.key === key) === index);
}

/** All problems as one message. */
export function report(problems: readonly Problem[], stackName: string): string {
  const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
  const entries = problems.map(
    ({ key, value, allowed, action }) => `  ${key} ${value}\n    allowed: ${allowed}\n    to do:   ${action}`,
  );
  return `the config of stack ${stackName} has ${count}:\n${entries.join("\n")}`;
}
