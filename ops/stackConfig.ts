import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Document, isMap, parseDocument, type YAMLMap } from "yaml";
import { parseStackConfig } from "../infra/config/parse.ts";
import { report } from "../infra/config/problems.ts";
import type { StackConfig } from "../infra/config/schema.ts";
import { layout } from "./home.ts";
import { OperatorError } from "./operatorError.ts";
import { type Project, stackFile } from "./project.ts";

/** Secrets that a stack needs and that have no meaning outside of its simulated clouds: made once, by novactl. */
const GENERATED_SECRETS = ["novacron:meshSecret"];

/** Runs `pulumi` with arguments and, on its standard input, a text; returns what it printed. */
type RunPulumi = (args: string[], input?: string) => Promise<string>;

/**
 * Brings the copy of a stack's config, which simulated runs use, up to date: what the checkout's stack file says, with the
 * encryption salt and the generated secrets that the copy alone holds. So the checkout stays clean, and edits in it count.
 */
export async function prepareStackConfig(project: Project, stack: string, pulumi: RunPulumi): Promise<void> {
  const copy = layout(project.home).stackConfig(stack);
  const merged = mergeStackConfig(
    readFileSync(stackFile(project, stack), "utf8"),
    existsSync(copy) ? readFileSync(copy, "utf8") : "",
    stackFile(project, stack),
  );
  writeIfChanged(copy, merged.text);
  for (const key of merged.missing) {
    // Through standard input: arguments can be seen by every user of the machine.
    await pulumi(["config", "set", "--secret", key, "--stack", stack], randomBytes(32).toString("hex"));
  }
}

/** Makes the stack in the file backend, without a word in the checkout: `stack init` writes beside the Pulumi.yaml it finds. */
export async function initStack(project: Project, stack: string, pulumi: RunPulumi): Promise<void> {
  const { state, stackConfig } = layout(project.home);
  if (existsSync(join(state, ".pulumi", "stacks", project.name, `${stack}.json`))) return;
  stackFile(project, stack);
  const folder = dirname(stackConfig(stack));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const projectFile = join(folder, "Pulumi.yaml");
  copyFileSync(join(project.folder, "Pulumi.yaml"), projectFile);
  // A salt that is there already is the one of the secrets beside it, and `stack init` keeps it.
  try {
    await pulumi(["stack", "init", stack, "--no-select", "--cwd", folder]);
  } finally {
    rmSync(projectFile, { force: true });
  }
}

/**
 * The checkout's stack file with the salt and generated secrets of the copy. Other secrets of the checkout are encrypted
 * for the real clouds, cannot be read here, and are left out.
 */
export function mergeStackConfig(
  checkout: string,
  copy: string,
  file = "the stack file",
): { text: string; missing: string[] } {
  const document = mapping(checkout, file);
  const old = mapping(copy);
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) document.delete(key);
  const config = configOf(document);
  for (const pair of [...config.items]) {
    if (isMap(pair.value) && pair.value.has("secure")) config.delete(pair.key);
  }
  for (const key of GENERATED_SECRETS) {
    const value = old.getIn(["config", key], true);
    if (value !== undefined) config.set(key, value);
  }
  const salt = old.get("encryptionsalt");
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return {
    text: document.toString({ lineWidth: 0 }),
    missing: GENERATED_SECRETS.filter((key) => old.getIn(["config", key]) === undefined),
  };
}

/** The stack's config as the planners take it, with defaults. @throws with all that is wrong with it */
export function readStackConfig(project: Project, stack: string): StackConfig {
  const file = stackFile(project, stack);
  const parsed = parseStackConfig(parsedStackConfig(readFileSync(file, "utf8"), file), stack);
  if (parsed.problems !== undefined) throw new OperatorError(report(parsed.problems, stack));
  return parsed.config;
}

/** The values of a stack file that are the program's own, by key without its prefix, as YAML has them. */
export function parsedStackConfig(text: string, file: string): Record<string, unknown> {
  const { config = {} } = mapping(text, file).toJS() as { config?: Record<string, unknown> };
  const own = Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    key.startsWith("novacron:") && !GENERATED_SECRETS.includes(key) ? [[key.slice("novacron:".length), value]] : [],
  );
  return Object.fromEntries(own);
}

/** A YAML document that is a mapping, be it an empty one. @throws naming the file when it is anything else */
function mapping(text: string, file = ""): Document {
  const parsed = parseDocument(text);
  const document: Document = parsed.contents === null ? new Document({}) : parsed;
  const problem = document.errors[0]?.message ?? (isMap(document.contents) ? undefined : "it is no YAML mapping");
  if (problem !== undefined) throw new OperatorError(`${file}: ${problem}`);
  return document;
}

function configOf(document: Document): YAMLMap {
  const config = document.get("config");
  if (isMap(config)) return config;
  const made = document.createNode({});
  document.set("config", made);
  return made as YAMLMap;
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
