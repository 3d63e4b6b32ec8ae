import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request, startSimulator, stopSimulator } from "../../ops/simulator.ts";
import type { Deployment } from "../../ops/state.ts";
import type { InventoryEntry } from "../../sim/control.ts";
import type { Endpoint } from "../../sim/main.ts";
import { type Answer, checkout, novactl } from "../ops/novactl.ts";

/** A copy of the fixture project with simulated clouds of its own. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly home = join(this.folder, ".novacron");
  /** Where the file backend keeps the stack's locks. */
  readonly locks = join(this.home, "state", ".pulumi", "locks", "organization", "fixture", "staging");
  /** Where a run that is killed leaves its temporary files. */
  readonly temporary = join(this.folder, "tmp");
  readonly env: NodeJS.ProcessEnv = {
    TMPDIR: this.temporary,
    NOVACRON_HOME: this.home,
    NOVACRON_TIME_SCALE: "0",
  };

  constructor() {
    cpSync(join(checkout, "test", "engine", "fixture"), this.folder, { recursive: true });
    writeFileSync(join(this.folder, "package.json"), '{"type":"module"}');
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    mkdirSync(this.temporary);
  }

  async remove(): Promise<void> {
    await stopSimulator(this.home, "stop");
    rmSync(this.folder, { recursive: true });
  }

  /** Starts novactl in the project. */
  start(...args: string[]): { pid: number; ended: Promise<Answer> } {
    return novactl(args, { cwd: this.folder, env: this.env });
  }

  novactl(...args: string[]): Promise<Answer> {
    return this.start(...args).ended;
  }

  /** Runs novactl, which must succeed; returns its standard output. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.novactl(...args);
    assert.equal(code, 0, `novactl ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** The answer of a command with --json. */
  async json<Value>(...args: string[]): Promise<Value> {
    const end = args.includes("--") ? args.indexOf("--") : args.length;
    const { stdout, stderr } = await this.novactl(...args.toSpliced(end, 0, "--json"));
    try {
      return JSON.parse(stdout) as Value;
    } catch {
      throw new Error(`novactl ${args.join(" ")} --json printed\n${stdout}\n${stderr}`);
    }
  }

  /** The simulated clouds, running. */
  async simulator(): Promise<Endpoint> {
    return (await startSimulator(this.home, "0")).endpoint;
  }

  async inventory(): Promise<InventoryEntry[]> {
    return request(await this.simulator(), "GET /inventory");
  }

  /** The stack's state, as the file backend holds it. */
  state(stack = "staging"): Deployment["deployment"] {
    const file = join(this.home, "state", ".pulumi", "stacks", "fixture", `${stack}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: Deployment["deployment"] } }).checkpoint
      .latest;
  }

  /** Resources of the clouds in the state, as `type id`. */
  held(): string[] {
    return (this.state().resources ?? [])
      .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
      .map(({ type, id }) => `${type} ${id}`)
      .toSorted();
  }

  edit(file: string, change: (text: string) => string): void {
    const path = join(this.folder, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    assert.notEqual(after, before, `the edit of ${file} changed nothing`);
    writeFileSync(path, after);
  }
}

/** Asserts that the simulator and the state hold the same: nothing orphaned, nothing doubled, nothing lost. */
export async function assertConsistent(workspace: Workspace): Promise<void> {
  const inventory = await workspace.inventory();
  const existing = inventory.map(({ type, id }) => `${type} ${id}`).toSorted();
  assert.deepEqual(existing, workspace.held());
  const urns = inventory.map(({ urn }) => urn);
  const replaced = (workspace.state().resources ?? []).filter((resource) => resource.delete === true);
  assert.equal(new Set(urns).size, urns.length - replaced.length, "a resource of the program exists twice");
  assert.deepEqual(workspace.state().pending_operations ?? [], []);
}
