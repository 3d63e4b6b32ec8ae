import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { catalogue, type ToolName } from "./catalogue.ts";

export const checkout = dirname(import.meta.dirname);

/** The Go module whose go.mod and go.sum pin what the tools are built from. */
export const goModule = join(import.meta.dirname, "go");

/** The user's cache of tools, shared by all checkouts. Nothing but our own tools lies below it. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "novacron", "tools");
}

/**
 * The folder of the tools as this checkout pins them, so that checkouts of different age do not disturb each other. The
 * version of Go is not part of the name: the cache must be found where Go is missing, and a new Go is no reason to build.
 */
export function buildFolder(): string {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(goModule, file)));
  for (const { goPackage, ldflags } of Object.values(catalogue)) hash.update(`${goPackage} ${ldflags}\n`);
  return join(cacheFolder(), hash.digest("hex").slice(0, 16));
}

export function builtTool(name: ToolName): string {
  return join(buildFolder(), "bin", name);
}
