import { mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { builtTool, checkout, goModuleFolder } from "./cache.ts";
import { catalogue, type NpmInstaller, type Tool, type ToolName } from "./catalogue.ts";
import { isExecutable } from "./find.ts";
import { buildWithout } from "./leftOut.ts";
import { progress } from "./progress.mjs";
import { work } from "./work.ts";

/** The official build is about 150 MB; slower than this, building it ourselves is the quicker way. */
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/** Where the tool's official installer leaves it. */
export function officialTool({ binary }: NpmInstaller): string {
  return join(process.env[binary.homeVariable] || join(homedir(), binary.home), binary.path);
}

/** Tries a tool's official installer. Undefined when it did not work; why is said in one line. */
export async function install(name: ToolName, installer: NpmInstaller): Promise<string | undefined> {
  const label = `${name} ${catalogue[name].version}`;
  const done = progress(`${label}: downloading with its official installer, about 1 min`);
  const { ok, reason, output } = await work(process.execPath, installer.command, {
    cwd: checkout,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  const path = officialTool(installer);
  const installed = ok && isExecutable(path);
  done(installed ? `${label}: installed ${path}` : `${label}: no download (${output.split("\n").at(-1) || reason})`);
  return installed ? path : undefined;
}

/**
 * Builds a tool from the Go module into the user's cache. The finished file appears in one step, and Go's own build
 * cache keeps what an interrupted build had done.
 * @throws when Go says no; its words are in the message
 */
export async function build(name: ToolName): Promise<string> {
  const { version, goModule, goPackage, ldflags, tags, leftOut, buildMinutes }: Tool = catalogue[name];
  const path = builtTool(name);
  const partial = `${path}.partial`;
  const sources = `${path}.sources`;
  const clear = () => {
    for (const left of [partial, sources]) rmSync(left, { recursive: true, force: true });
  };
  // Only the holder of the set-up lock builds; what lies here was left by one that was killed.
  clear();
  mkdirSync(dirname(path), { recursive: true });
  const done = progress(`${name} ${version}: building with Go, about ${buildMinutes} min the first time`);
  let outcome = "build failed";
  const folder = goModuleFolder(goModule);
  // An interruption ends the process, and with it every wait.
  process.once("exit", clear);
  try {
    const flags = [
      ...(leftOut === undefined ? [] : await buildWithout(leftOut, { moduleFolder: folder, into: sources })),
      "-trimpath",
      "-buildvcs=false",
      // The linker would throw it away; not to write it spares a twelfth of the time.
      "-gcflags=all=-dwarf=false",
      `-ldflags=${ldflags}`,
      ...(tags === undefined ? [] : [`-tags=${tags}`]),
    ];
    const args = ["build", ...flags, "-o", partial, goPackage];
    const { ok, reason, output } = await work("go", args, { cwd: folder });
    if (!ok) throw new Error(`\`go ${args.join(" ")}\` in ${folder} failed (${reason}):\n${lastLines(output)}`);
    renameSync(partial, path);
    outcome = `built ${path}`;
    return path;
  } finally {
    done(`${name} ${version}: ${outcome}`);
    process.off("exit", clear);
    clear();
  }
}

function lastLines(output: string): string {
  return output.split("\n").slice(-20).join("\n");
}
