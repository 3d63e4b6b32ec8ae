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
import { delimiter, dirname, join } from "node:path";
import type { TestContext } from "node:test";

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

  #real(program: string): string {
    const folders = (process.env.PATH ?? "").split(delimiter);
    const found = folders.map((folder) => join(folder, program)).find(existsSync);
    if (found === undefined) throw new Error(`${program} is not on PATH`);
    return found;
  }
}
