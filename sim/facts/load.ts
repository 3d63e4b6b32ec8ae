import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { FactsDocument } from "./facts.ts";
import { Facts } from "./facts.ts";
import { packageFile } from "./packages.ts";

/**
 * Facts about the given resource types. Reading them out of the SDK takes seconds, so they are kept in the user's cache
 * until a package, the list of types or the extraction itself changes.
 */
export async function loadFacts(types: readonly string[]): Promise<Facts> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "novacron", "facts");
  const file = join(folder, `${fingerprint(types)}.json`);
  try {
    return new Facts(JSON.parse(readFileSync(file, "utf8")) as FactsDocument);
  } catch {
    // Not there yet, or cut off by a kill: made anew.
  }
  const { extractFacts } = await import("./extract.ts");
  const document = extractFacts(types);
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(document));
  renameSync(temporary, file);
  return new Facts(document);
}

function fingerprint(types: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of new Set(types.map((type) => type.slice(0, type.indexOf(":"))))) {
    hash.update(readFileSync(packageFile(name, "package.json")));
  }
  hash.update(readFileSync(new URL("./extract.ts", import.meta.url)));
  hash.update(JSON.stringify(types));
  return hash.digest("hex").slice(0, 32);
}
