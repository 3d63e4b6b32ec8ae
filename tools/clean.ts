/** `npm run clean:tools`: removes the user's cache of tools and this checkout's names for them. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { bin } from "./languageHost.ts";
import { regionToolsFolder } from "./regionTools.ts";

const folder = cacheFolder();
for (const names of [bin, regionToolsFolder]) rmSync(names, { recursive: true, force: true });
if (existsSync(folder)) {
  const bytes = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => statSync(join(folder, path), { throwIfNoEntry: false }))
    .reduce((sum, file) => sum + (file?.isFile() ? file.size : 0), 0);
  rmSync(folder, { recursive: true });
  console.log(`removed ${folder}: ${(bytes / 1e6).toFixed(1)} MB freed`);
  console.log("Go keeps sources and build results of its own: `go clean -cache -modcache` removes those.");
} else {
  console.log(`nothing to remove: ${folder} does not exist`);
}
