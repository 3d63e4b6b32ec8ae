import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, goModuleFolder, pinnedFolder } from "./cache.ts";
import { type ToolName, toolNames } from "./catalogue.ts";
import { extractCrds } from "./crds.ts";
import { fetched } from "./leftOut.ts";
import { progress } from "./progress.mjs";
import { setUpTools } from "./setup.ts";

/** In the checkout, since it names tools that are on this PATH or in this cache. */
export const regionToolsFolder = join(checkout, ".novacron", "tools");

const regionToolNames = toolNames.filter((name): name is Exclude<ToolName, "pulumi"> => name !== "pulumi");

/**
 * Provides whatever a simulated region runs, in one folder: each program under its own name and, in `crds`, the custom
 * resource definitions of each chart.
 * @throws as `setUpTools` does, and when Go cannot fetch the modules that hold the definitions
 */
export async function setUpRegionTools(): Promise<string> {
  const paths = await setUpTools(regionToolNames);
  mkdirSync(regionToolsFolder, { recursive: true });
  for (const [name, path] of Object.entries({ ...paths, crds: crds() })) {
    const partial = join(regionToolsFolder, `.${name}.${process.pid}`);
    rmSync(partial, { force: true });
    symlinkSync(path, partial);
    renameSync(partial, join(regionToolsFolder, name));
  }
  return regionToolsFolder;
}

/** Provides every tool, and the regions' folder of theirs. All are asked for at once, so that builds run side by side. */
export async function setUpAll(): Promise<void> {
  await setUpTools(toolNames);
  await setUpRegionTools();
}

/** Where the definitions are kept, in the cache. */
export const crdsFolder = (): string =>
  join(pinnedFolder("crds", [readFileSync(join(import.meta.dirname, "crds.ts"), "utf8")]), "crds");

/** The definitions, taken out of the pinned modules once. */
function crds(): string {
  const target = crdsFolder();
  if (existsSync(target)) return target;
  const done = progress("custom resource definitions: fetching the modules that hold them");
  const partial = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  extractCrds((module) => fetched(module, goModuleFolder("crds")), partial);
  if (existsSync(target)) rmSync(partial, { recursive: true });
  else renameSync(partial, target);
  done(`custom resource definitions: ${target}`);
  return target;
}
