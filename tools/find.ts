import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cache.ts";
import type { Tool } from "./catalogue.ts";

/** A program on PATH, with its version if it would tell. */
export interface Found {
  path: string;
  version: string | undefined;
}

const ASK_TIMEOUT_MS = 10_000;

/** The programs called `name` on PATH. Those that npm or this checkout put there stand for others, and are left out. */
export async function onPath(name: string, tool: Tool): Promise<Found[]> {
  const paths = pathFolders()
    .filter(
      (folder) => !folder.endsWith(`${sep}node_modules${sep}.bin`) && !folder.endsWith(`${sep}.novacron${sep}bin`),
    )
    .map((folder) => join(folder, name))
    .filter(isExecutable);
  return Promise.all(paths.map(async (path) => ({ path, version: await versionOf(path, tool) })));
}

export function pathFolders(): string[] {
  return (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Asks a program for its version, once: the answer is kept until the file changes, since some take a while to start. */
async function versionOf(path: string, { versionQuery }: Tool): Promise<string | undefined> {
  const { size, mtimeMs } = statSync(path);
  const key = `${path} ${size} ${mtimeMs}`;
  const known = readAnswers()[key];
  if (known !== undefined) return known;
  const answer = await promisify(execFile)(path, versionQuery.args, { timeout: ASK_TIMEOUT_MS }).catch(() => undefined);
  const version = answer?.stdout.match(versionQuery.answer)?.[1];
  if (version !== undefined) writeAnswers({ ...readAnswers(), [key]: version });
  return version;
}

const answersFile = () => join(cacheFolder(), "versions.json");

function readAnswers(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(answersFile(), "utf8"));
  } catch {
    return {};
  }
}

function writeAnswers(answers: Record<string, string>): void {
  const file = answersFile();
  const partial = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(partial, JSON.stringify(answers, null, 2));
  renameSync(partial, file);
}
