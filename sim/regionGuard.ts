/**
 * Loaded into a region's supervisor before all else (`node --import`): ends it, and so everything in its namespaces, when
 * its folder is removed under it. Nobody could find it any more, and nothing would ever end it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { REGION_FILES } from "./region/spec.ts";

const CHECK_MS = 2000;

const folder = process.argv[process.argv.indexOf("--folder") + 1];

if (process.argv.includes("--folder") && folder !== undefined) {
  setInterval(() => {
    if (!existsSync(join(folder, REGION_FILES.spec))) process.exit(1);
  }, CHECK_MS).unref();
}
