import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { request, startSimulator, stopSimulator } from "../../ops/simulator.ts";
import type { InventoryEntry } from "../../sim/control.ts";
import type { MeshStatus } from "../../sim/network/oracle.ts";
import { configIn, type Loose } from "../config/stackFile.ts";
import { type Answer, checkout, novactl } from "../ops/novactl.ts";

/** The checkout's own program in a folder of its own, so that tests may change its stack files, with simulated clouds of its own. */
export class CheckoutProgram {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly home: string;

  /** @param home of simulated clouds that are there already. @default new ones, in the folder */
  constructor(home?: string) {
    this.home = home ?? join(this.folder, ".novacron");
    for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "package.json"]) {
      copyFileSync(join(checkout, file), join(this.folder, file));
    }
    for (const room of ["infra", "k8s", "policies", "node_modules"])
      symlinkSync(join(checkout, room), join(this.folder, room));
  }

  novactl(...args: string[]): Promise<Answer> {
    const env = {
      NOVACRON_HOME: this.home,
      NOVACRON_TIME_SCALE: "0",
      // Nothing here kills the engine, and each of 1,700 checkpoints would write the whole state.
      PULUMI_SKIP_CHECKPOINTS: "true",
    };
    return novactl(args, { cwd: this.folder, env }).ended;
  }

  /** Runs novactl with --json, which must end with the given code. */
  async json<Value>(code: number, ...args: string[]): Promise<Value> {
    const answer = await this.novactl(...args, "--json");
    assert.equal(answer.code, code, `novactl ${args.join(" ")}\n${answer.stdout}\n${answer.stderr}`);
    return JSON.parse(answer.stdout) as Value;
  }

  async control<Value>(route: string, body?: unknown): Promise<Value> {
    return request((await startSimulator(this.home, "0")).endpoint, route, body);
  }

  inventory(stack = "staging"): Promise<InventoryEntry[]> {
    return this.control(`GET /inventory?stack=${stack}`);
  }

  mesh(losses: unknown[] = []): Promise<MeshStatus> {
    return this.control("POST /mesh", { stack: "staging", losses });
  }

  /** Changes the staging stack's config; without a change it is the shipped one again. */
  configure(change: (config: Loose) => void = () => {}): void {
    const config = configIn(readFileSync(join(checkout, "Pulumi.staging.yaml"), "utf8"));
    change(config);
    const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [`novacron:${key}`, value]));
    writeFileSync(join(this.folder, "Pulumi.staging.yaml"), stringify({ config: named }));
  }

  /** A file below the home folder, such as the stack's state. */
  read(...path: string[]): string {
    return readFileSync(join(this.home, ...path), "utf8");
  }

  /** Runs plain `pulumi` on the staging stack, as `novactl env` lets users do. */
  async pulumi(command: string): Promise<string> {
    const { stdout } = await this.novactl("env", "staging", "--sim");
    return execFileSync("bash", ["-c", `${stdout}\npulumi ${command}`], {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 64 * 2 ** 20,
    }).trim();
  }

  async remove(): Promise<void> {
    await stopSimulator(this.home, "stop");
    rmSync(this.folder, { recursive: true });
  }
}

/** What novactl says of a preview or an update with --json. */
export interface Report {
  exitCode: number;
  changes: Record<string, number>;
  steps: { op: string; urn: string }[];
  errors: { message: string }[];
  policyPacks: Record<string, string>;
  /** The policy pack's own account: rules, resources, exempted and deferred checks. */
  policySummary: string;
  policies: { rule: string; urn: string; message: string }[];
}
