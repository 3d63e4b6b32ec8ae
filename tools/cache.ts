import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { catalogue, type GoModule, type Tool, type ToolName } from "./catalogue.ts";

export const checkout = dirname(import.meta.dirname);

/** The folder of a Go module: its go.mod and go.sum pin what tools are built from, and `credential` is one. */
export const goModuleFolder = (module: string): string => join(import.meta.dirname, "go", module);

/** The user's cache of tools, shared by all checkouts. Nothing but our own tools lies below it. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "novacron", "tools");
}

/**
 * The folder of a module's tools as this checkout pins them, so that checkouts of different age do not disturb each other.
 * The version of Go is not part of the name: the cache must be found where Go is missing, and a new Go is no reason to build.
 */
export function buildFolder(module: GoModule): string {
  const pins = Object.values<Tool>(catalogue)
    .filter(({ goModule }) => goModule === module)
    .map(({ goPackage, ldflags, tags, leftOut }) => [goPackage, ldflags, tags, leftOut && JSON.stringify(leftOut)])
    .map((pin) => `${pin.filter((part) => part !== undefined).join(" ")}\n`);
  return pinnedFolder(module, pins);
}

/** A folder in the cache that belongs to a module's files and to whatever else decides on its content. */
export function pinnedFolder(module: string, pins: readonly string[]): string {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  const folder = goModuleFolder(module);
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted()) hash.update(readFileSync(file));
  for (const pin of pins) hash.update(pin);
  return join(cacheFolder(), hash.digest("hex").slice(0, 16));
}

export function builtTool(name: ToolName): string {
  return join(buildFolder(catalogue[name].goModule), "bin", name);
}
