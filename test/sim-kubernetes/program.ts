import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUpTools } from "../../tools/setup.ts";
import { type Answer, checkout } from "../ops/novactl.ts";

/** A Pulumi program of its own whose `kubernetes:` resources a provider on this machine serves. */
export class Program {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly #environment: NodeJS.ProcessEnv;

  constructor(source: string, port: number) {
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: demo\nruntime: nodejs\n");
    writeFileSync(join(this.folder, "package.json"), '{ "name": "demo", "type": "module", "main": "index.js" }');
    cpSync(source, join(this.folder, "index.js"));
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    mkdirSync(join(this.folder, "state"));
    this.#environment = {
      ...process.env,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_DEBUG_PROVIDERS: `kubernetes:${port}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_OPTION_NON_INTERACTIVE: "true",
      PULUMI_OPTION_COLOR: "never",
    };
  }

  /** Runs Pulumi; `variables` are what the program reads from its environment. */
  async pulumi(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const { pulumi } = await setUpTools(["pulumi"]);
    const env = { ...this.#environment, ...variables };
    const child = spawn(pulumi, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** The stack's state as text. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "demo", "dev.json"), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
