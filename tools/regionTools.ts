import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, goModuleFolder, pinnedFolder } from "./cache.ts";
import { type ToolName, toolNames } from "./catalogue.ts";
import { extractCrds } from "./crds.ts";
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
  extractCrds(moduleFolder, partial);
  if (existsSync(target)) rmSync(partial, { recursive: true });
  else renameSync(partial, target);
  done(`custom resource definitions: ${target}`);
  return target;
}

/** Where Go keeps the sources of a module that `tools/go/crds` pins. */
function moduleFolder(module: string): string {
  const printed = execFileSync("go", ["mod", "download", "-json", module], {
    cwd: goModuleFolder("crds"),
    encoding: "utf8",
  });
  return (JSON.parse(printed) as { Dir: string }).Dir;
}
