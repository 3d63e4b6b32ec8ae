import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtTool, cacheFolder, goModuleFolder } from "./cache.ts";
import { catalogue, compareVersions, isCompatible, type Tool, type ToolName } from "./catalogue.ts";
import { isExecutable, onPath, pathFolders } from "./find.ts";
import { withLanguageHost } from "./languageHost.ts";
import { withLock } from "./lock.mjs";
import { build, install, officialTool } from "./obtain.ts";

/** Where each tool is. */
export type ToolPaths = Readonly<Record<ToolName, string>>;

/**
 * Provides tools: a compatible one on PATH, else the one in the user's cache, else the official download, else a
 * build. Says nothing and takes a few milliseconds when all are there; otherwise tells on standard error what it does.
 * @throws with one message for all tools that can be neither found nor made
 */
export async function setUpTools<Name extends ToolName>(names: readonly Name[]): Promise<Pick<ToolPaths, Name>> {
  const paths = await findAll(names);
  const missing = names.filter((name) => paths[name] === undefined);
  if (missing.length > 0) {
    await withLock(
      join(cacheFolder(), "setup.lock"),
      `set-up of ${missing.join(", ")}`,
      ({ pid, purpose }) => console.error(`waiting for process ${pid}: ${purpose}`),
      // Whoever held the lock before may have made them.
      async () => Object.assign(paths, await makeMissing(names, await findAll(names))),
    );
  }
  if (paths.pulumi !== undefined) paths.pulumi = withLanguageHost(paths.pulumi);
  return paths as Pick<ToolPaths, Name>;
}

type Available = Partial<Record<ToolName, string>>;

async function findAll(names: readonly ToolName[]): Promise<Available> {
  const found = await Promise.all(names.map(async (name) => [name, await find(name)] as const));
  return Object.fromEntries(found.filter(([, path]) => path !== undefined));
}

async function find(name: ToolName): Promise<string | undefined> {
  const tool: Tool = catalogue[name];
  const present = await onPath(name, tool);
  const compatible = present.find(({ version }) => version !== undefined && isCompatible(tool, version));
  const elsewhere = [builtTool(name), ...(tool.npmInstaller ? [officialTool(tool.npmInstaller)] : [])];
  return compatible?.path ?? elsewhere.find(isExecutable);
}

async function makeMissing(names: readonly ToolName[], available: Available): Promise<Available> {
  const hasGo = pathFolders().some((folder) => isExecutable(join(folder, "go")));
  const paths = { ...available };
  await sideBySide(longestFirst(names.filter((name) => paths[name] === undefined)), async (name) => {
    const { npmInstaller }: Tool = catalogue[name];
    const path = (npmInstaller && (await install(name, npmInstaller))) ?? (hasGo ? await build(name) : undefined);
    if (path !== undefined) paths[name] = path;
  });
  const impossible = names.filter((name) => paths[name] === undefined);
  if (impossible.length > 0) throw new Error(await whatToInstall(impossible));
  return paths;
}

/** One build alone leaves a processor idle while it downloads, links, or waits for the one package that all others need. */
const BUILDS_AT_ONCE = 2;

/** A long build that began last would run alone at the end. */
const longestFirst = (names: readonly ToolName[]): ToolName[] =>
  names.toSorted((a, b) => catalogue[b].buildMinutes - catalogue[a].buildMinutes);

/** Does what is to do for each name. Once one has failed no other is begun. @throws what the first that failed threw */
async function sideBySide(names: readonly ToolName[], make: (name: ToolName) => Promise<void>): Promise<void> {
  const waiting = [...names];
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await make(name).catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: BUILDS_AT_ONCE }, lane));
  const failed = lanes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function whatToInstall(impossible: readonly ToolName[]): Promise<string> {
  const goVersions = impossible.map((name) => requiredGo(catalogue[name].goModule)).toSorted(compareVersions);
  const lines = impossible.map(async (name) => {
    const tool: Tool = catalogue[name];
    const present = await onPath(name, tool);
    const instead = present.map(({ path, version = "of unknown version" }) => `; ${path} is ${version}`).join("");
    return `${name} from ${tool.compatible.from} below ${tool.compatible.below} is not on PATH${instead}`;
  });
  return [
    ...(await Promise.all(lines)),
    `Install what is named above, or Go ${goVersions.at(-1)} or newer (https://go.dev/dl) to have it built, and run this again.`,
  ].join("\n");
}

const requiredGo = (module: string): string =>
  readFileSync(join(goModuleFolder(module), "go.mod"), "utf8").match(/^go (.+)$/m)?.[1] ?? "";
