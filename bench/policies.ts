import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Figures, median, rounded } from "./figures.ts";

const RUNS = 7;

const PACK = new URL("../policies/pack.ts", import.meta.url).pathname;

/** A pack of one policy that says nothing: what the SDK alone costs. */
const EMPTY = `
import { PolicyPack } from "@pulumi/policy";
new PolicyPack("empty", {
  enforcementLevel: "mandatory",
  policies: [{ name: "nothing", description: "Says nothing", validateStack: () => {} }],
});`;

interface Sample {
  seconds: number;
  megabytes: number;
}

/** Starts a pack in a process of its own, until it has told the port on which it serves. */
async function start(pack: string): Promise<Sample> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", pack], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await firstOutput(child);
    const seconds = (performance.now() - began) / 1000;
    return { seconds, megabytes: highestMemory(child.pid ?? 0) };
  } finally {
    child.kill("SIGKILL");
  }
}

async function firstOutput(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the pack's output is not read");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the pack ended with code ${code} before it served`);
  });
  await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => {});
}

/** Most memory that a process has held at once, in MiB, as the kernel tells. */
function highestMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

/** How long the policy pack takes to start, and the memory that it holds then, against a pack without rules: in turn, medians. */
export async function policies(): Promise<Figures> {
  // Beside the pack, so that it finds the same packages.
  const folder = mkdtempSync(join(import.meta.dirname, ".policies-"));
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, EMPTY);
  try {
    const rounds: { pack: Sample; empty: Sample }[] = [];
    for (let round = 0; round < RUNS; round++) rounds.push({ pack: await start(PACK), empty: await start(empty) });
    const of = (pick: (round: (typeof rounds)[number]) => number) => rounded(median(rounds.map(pick)));
    return {
      start_s: of(({ pack }) => pack.seconds),
      empty_start_s: of((round) => round.empty.seconds),
      start_ratio: of((round) => round.pack.seconds / round.empty.seconds),
      rss_mb: of(({ pack }) => pack.megabytes),
      empty_rss_mb: of((round) => round.empty.megabytes),
      rss_ratio: of((round) => round.pack.megabytes / round.empty.megabytes),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
