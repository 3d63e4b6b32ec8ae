import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Review } from "../../ops/review/model.ts";
import { request, startSimulator, stopSimulator } from "../../ops/simulator.ts";
import type { InventoryEntry } from "../../sim/control.ts";
import { configIn, type Loose, stackFileText } from "../config/stackFile.ts";
import { type Answer, checkout, novactl } from "../ops/novactl.ts";
import type { Change } from "./change.ts";

/** The stack in the middle of a release: 10 % in the first wave, nothing yet in the others. */
const base = (config: Loose): void => {
  config.release.stage = "10";
  config.release.wave = 1;
};

/**
 * The checkout's own program with its own simulated clouds, brought up once; every change is then previewed from there. Clusters
 * have no control planes: what is applied to them is recorded.
 */
export class ReviewStack {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  readonly home: string;

  /** @param home one that is up already, to save the time; it is left as it is. @default a new one */
  constructor(home = process.env.NOVACRON_REVIEW_HOME) {
    this.home = home ?? join(this.folder, ".novacron");
    for (const file of ["Pulumi.yaml", "Pulumi.prod.yaml", "package.json"])
      cpSync(join(checkout, file), join(this.folder, file));
    for (const room of ["policies", "node_modules", "client", "ops"])
      symlinkSync(join(checkout, room), join(this.folder, room));
    this.#copyProgram();
    this.#configure();
  }

  novactl(...args: string[]): Promise<Answer> {
    return novactl(args, { cwd: this.folder, env: { NOVACRON_HOME: this.home, NOVACRON_TIME_SCALE: "0" } }).ended;
  }

  async bringUp(): Promise<void> {
    const { code, stdout, stderr } = await this.novactl("up", "staging", "--sim", "--yes", "--", "--skip-preview");
    if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  }

  /** Reviews a change, and takes it back. */
  async review(change: Change): Promise<{ code: number | null; review: Review; markdown: string }> {
    this.#configure(change.config);
    for (const edit of change.code ?? []) this.#edit(edit);
    const restore = change.outside === undefined ? undefined : await this.#changeOutside(change.outside);
    try {
      const file = join(this.folder, "review.md");
      const { code, stdout, stderr } = await this.novactl(
        "diff",
        "staging",
        "--sim",
        "--json",
        "--write",
        `markdown=${file}`,
      );
      if (stdout === "") throw new Error(`${change.title}: exit code ${code}\n${stderr}`);
      return { code, review: JSON.parse(stdout) as Review, markdown: readFileSync(file, "utf8") };
    } finally {
      this.#configure();
      if (change.code !== undefined) this.#copyProgram();
      await restore?.();
    }
  }

  async remove(): Promise<void> {
    if (process.env.NOVACRON_REVIEW_HOME === undefined) await stopSimulator(this.home, "stop");
    rmSync(this.folder, { recursive: true });
  }

  #configure(change: (config: Loose) => void = () => {}): void {
    const config = configIn(stackFileText("staging"));
    base(config);
    change(config);
    const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [`novacron:${key}`, value]));
    writeFileSync(join(this.folder, "Pulumi.staging.yaml"), stringify({ config: named }));
  }

  /** Files of their own, so that a change of the code can be tried. */
  #copyProgram(): void {
    for (const room of ["infra", "k8s"]) cpSync(join(checkout, room), join(this.folder, room), { recursive: true });
  }

  #edit({ file, from, to }: { file: string; from: string; to: string }): void {
    const path = join(this.folder, file);
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} holds '${from}' ${parts.length - 1} times, not once`);
    writeFileSync(path, parts.join(to));
  }

  async #changeOutside({ name, property, value }: NonNullable<Change["outside"]>): Promise<() => Promise<void>> {
    const { endpoint } = await startSimulator(this.home, "0");
    const found = (await request<InventoryEntry[]>(endpoint, "GET /inventory?stack=staging")).find(
      ({ urn }) => urn.endsWith(`::${name}`) && !urn.includes("DefaultSecurityGroup"),
    );
    if (found === undefined) throw new Error(`the simulated clouds hold no ${name}`);
    const change = (to: string) => this.novactl("sim", "change", name, property, "--to", to);
    const { code, stderr } = await change(value);
    if (code !== 0) throw new Error(stderr);
    return async () => {
      await change("platform-team");
    };
  }
}
