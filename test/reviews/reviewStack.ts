import { cpSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { valueAt } from "../../ops/drift.ts";
import type { Review } from "../../ops/review/model.ts";
import { type Deployment, isSecret } from "../../ops/state.ts";
import type { Loose } from "../config/stackFile.ts";
import { CheckoutProgram } from "../engine/checkoutProgram.ts";
import { checkout } from "../ops/novactl.ts";
import type { Change } from "./change.ts";

/** The stack in the middle of a release: 10 % in the first wave, nothing yet in the others. */
const base = (config: Loose): void => {
  config.release.stage = "10";
  config.release.wave = 1;
};

/** Where the file backend keeps it. */
const STATE = ["state", ".pulumi", "stacks", "novacron", "staging.json"];

/** Rooms that the program is made of. */
const PROGRAM = ["infra", "k8s"];

/** Clouds in which the base is up already, to save the time while reviews are written; they stay as they are. */
const KEPT = process.env.NOVACRON_REVIEW_HOME;

/**
 * The checkout's own program with simulated clouds of its own, brought up once; every change is then previewed from there.
 * Clusters have no control planes: what is applied to them is recorded.
 */
export class ReviewStack {
  readonly #program = new CheckoutProgram(KEPT);

  constructor() {
    // Files of its own, so that a change of the code can be tried.
    for (const room of PROGRAM) unlinkSync(join(this.#program.folder, room));
    this.#copyProgram();
    this.#program.configure(base);
  }

  async bringUp(): Promise<void> {
    if (KEPT !== undefined) return;
    const { code, stdout, stderr } = await this.#up();
    if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  }

  /** What `novactl diff` says of a change, which is taken back afterwards. */
  async review(change: Change): Promise<{ code: number | null; review: Review; markdown: string }> {
    this.#program.configure((config) => {
      base(config);
      change.config?.(config);
    });
    for (const edit of change.code ?? []) this.#edit(edit);
    const restore = change.outside === undefined ? undefined : await this.#changeOutside(change.outside);
    const file = join(this.#program.folder, "review.md");
    const options = ["--sim", "--json", "--write", `markdown=${file}`];
    try {
      const { code, stdout, stderr } = await this.#program.novactl("diff", "staging", ...options);
      if (stdout === "") throw new Error(`${change.title}: exit code ${code}\n${stderr}`);
      return { code, review: JSON.parse(stdout) as Review, markdown: readFileSync(file, "utf8") };
    } finally {
      this.#program.configure(base);
      if (change.code !== undefined) this.#copyProgram();
      await restore?.();
    }
  }

  async remove(): Promise<void> {
    await this.#program.remove();
  }

  #up() {
    return this.#program.novactl("up", "staging", "--sim", "--yes", "--", "--skip-preview", "--suppress-outputs");
  }

  #copyProgram(): void {
    for (const room of PROGRAM) cpSync(join(checkout, room), join(this.#program.folder, room), { recursive: true });
  }

  #edit({ file, from, to }: { file: string; from: string; to: string }): void {
    const path = join(this.#program.folder, file);
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} holds '${from}' ${parts.length - 1} times, not once`);
    writeFileSync(path, parts.join(to));
  }

  /** @returns what takes it back */
  async #changeOutside({ name, property, value }: NonNullable<Change["outside"]>): Promise<() => Promise<void>> {
    const { checkpoint } = JSON.parse(this.#program.read(...STATE)) as {
      checkpoint: { latest: Deployment["deployment"] };
    };
    const found = checkpoint.latest.resources?.find(({ custom, urn }) => custom && urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`the state holds no ${name}`);
    const before = valueAt(found.inputs, property);
    if (isSecret(before)) throw new Error(`${property} of ${name} is secret: the state cannot tell what to restore`);
    const change = async (to: unknown): Promise<void> => {
      const option = to === undefined ? [] : ["--to", JSON.stringify(to)];
      const { code, stderr } = await this.#program.novactl("sim", "change", name, property, ...option);
      if (code !== 0) throw new Error(stderr);
    };
    await change(value);
    return () => change(before);
  }
}
