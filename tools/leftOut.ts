import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { work } from "./work.ts";

/**
 * Packages that a build does without, by module and folder in it: the Go file, below `leftOut` in the folder of the tool's
 * module, that stands in for all files of such a package.
 */
export type LeftOut = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Copies modules into a folder, with stand-ins for the packages that are left out, and writes a go.mod beside them that has
 * them in the place of the originals; Go allows no overlay over modules in its cache.
 * @param moduleFolder with the go.mod and go.sum that pin everything
 * @returns flags of `go build` for it
 * @throws when Go cannot fetch a module
 */
export async function buildWithout(
  leftOut: LeftOut,
  { moduleFolder, into }: { moduleFolder: string; into: string },
): Promise<string[]> {
  // Not by `fetched`, which keeps this process from hearing an interruption while it waits.
  const { ok, output } = await work("go", ["mod", "download", ...Object.keys(leftOut)], { cwd: moduleFolder });
  if (!ok) throw new Error(`go mod download: ${output}`);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const replacements = Object.entries(leftOut).map(([module, packages], index) => {
    const copy = join(into, `${index}`);
    // Its folders can be written to, unlike those of Go's cache.
    cpSync(fetched(module, moduleFolder), copy, { recursive: true });
    for (const [folder, standIn] of Object.entries(packages)) {
      replacePackage(join(copy, folder), readFileSync(join(moduleFolder, "leftOut", standIn), "utf8"));
    }
    return `replace ${module} => ${copy}\n`;
  });
  const file = join(into, "go.mod");
  writeFileSync(file, [readFileSync(join(moduleFolder, "go.mod"), "utf8"), ...replacements].join("\n"));
  cpSync(join(moduleFolder, "go.sum"), join(into, "go.sum"));
  return [`-modfile=${file}`];
}

/** Folders below stay: they are packages of their own. So does the go.mod of a package that is its module's first. */
function replacePackage(folder: string, text: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile() && entry.name !== "go.mod") rmSync(join(folder, entry.name));
  writeFileSync(join(folder, "standIn.go"), text);
}

/** Where Go keeps the sources of a module that the one in the folder pins; they are fetched first where they are missing. */
export function fetched(module: string, folder: string): string {
  const printed = execFileSync("go", ["mod", "download", "-json", module], { cwd: folder, encoding: "utf8" });
  return (JSON.parse(printed) as { Dir: string }).Dir;
}
