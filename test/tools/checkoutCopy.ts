import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import type { TestContext } from "node:test";
import { builtTool, cacheFolder } from "../../tools/cache.ts";
import { toolNames } from "../../tools/catalogue.ts";
import { crdsFolder } from "../../tools/regionTools.ts";

const checkout = join(import.meta.dirname, "..", "..");

export interface Run {
  process: ChildProcess;
  /** What it has printed so far. */
  stderr: () => string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** A copy of tools/ in a temporary checkout, with a home, a cache and a PATH of its own, which holds nothing but fakes. */
export class CheckoutCopy {
  readonly root = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly home = join(this.root, "home");
  readonly bin = join(this.root, "bin");
  readonly path = [this.bin];
  /** What the fakes have noted, a line each. */
  readonly log = join(this.root, "log");

  constructor(t: TestContext) {
    cpSync(join(checkout, "tools"), join(this.root, "tools"), { recursive: true });
    mkdirSync(this.home);
    mkdirSync(this.bin);
    for (const program of ["sleep", "mkdir", "chmod", "cp"]) symlinkSync(this.#real(program), join(this.bin, program));
    t.after(() => rmSync(this.root, { recursive: true }));
  }

  /** Puts a shell script on PATH, or anywhere else. */
  fake(path: string, script: string): void {
    const file = join(this.bin, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Lets set-up find everything: a Pulumi on PATH, and in the cache, which it asks nothing, all that regions run. */
  fakeTools(): void {
    this.fake("pulumi", "echo v3.259.0");
    this.fake("pulumi-language-nodejs", "");
    for (const name of toolNames.filter((name) => name !== "pulumi"))
      this.fake(relative(this.bin, this.#cached(builtTool(name))), "");
    mkdirSync(this.#cached(crdsFolder()), { recursive: true });
    mkdirSync(join(this.root, "node_modules"));
    symlinkSync(join(checkout, "node_modules", "yaml"), join(this.root, "node_modules", "yaml"));
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  notes(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, "utf8").trim().split("\n") : [];
  }

  /** Runs a script of the copy, for example `tools/setup.ts`. */
  run(script: string, ...args: string[]): Run {
    const child = spawn(process.execPath, [join(this.root, script), ...args], {
      env: {
        PATH: this.path.join(delimiter),
        HOME: this.home,
        LOG: this.log,
        // No test may download: everything goes to a port where nobody listens.
        NODE_USE_ENV_PROXY: "1",
        HTTPS_PROXY: "http://127.0.0.1:1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    const ended = new Promise<Awaited<Run["ended"]>>((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
    );
    return { process: child, stderr: () => stderr, ended };
  }

  /** A path of the user's cache in that of the copy: its pins are the same. */
  #cached(path: string): string {
    return join(this.home, ".cache", "novacron", "tools", relative(cacheFolder(), path));
  }

  #real(program: string): string {
    const folders = (process.env.PATH ?? "").split(delimiter);
    const found = folders.map((folder) => join(folder, program)).find(existsSync);
    if (found === undefined) throw new Error(`${program} is not on PATH`);
    return found;
  }
}
