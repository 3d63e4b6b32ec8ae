import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Figures, median, rounded } from "./figures.ts";

const RUNS = 7;

/** Everything that the program imports, without the program itself, which would begin to create resources. */
function programImports(): string[] {
  const program = new URL("../infra/index.ts", import.meta.url);
  const specifiers = [...readFileSync(program, "utf8").matchAll(/^import (?:.* from )?"([^"]+)";$/gm)].map(
    (match) => match[1] ?? "",
  );
  if (specifiers.length < 5) throw new Error("infra/index.ts no longer imports in a form that this benchmark reads");
  return specifiers.map((specifier) => (specifier.startsWith(".") ? new URL(specifier, program).href : specifier));
}

interface Sample {
  seconds: number;
  megabytes: number;
}

/** Imports modules in a fresh process. */
function importInProcess(modules: readonly string[]): Sample {
  const script = `
    const start = performance.now();
    for (const module of ${JSON.stringify(modules)}) await import(module);
    console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, megabytes: process.memoryUsage().rss / 2 ** 20 }));
    process.exit();`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }),
  ) as Sample;
}

export async function startup(): Promise<Figures> {
  const program = programImports();
  const pairs = Array.from({ length: RUNS }, () => ({
    program: importInProcess(program),
    sdk: importInProcess(["@pulumi/pulumi"]),
  }));
  const of = (pick: (pair: (typeof pairs)[number]) => number) => rounded(median(pairs.map(pick)));
  return {
    import_s: of(({ program }) => program.seconds),
    sdk_import_s: of(({ sdk }) => sdk.seconds),
    import_ratio: of(({ program, sdk }) => program.seconds / sdk.seconds),
    rss_mb: of(({ program }) => program.megabytes),
    sdk_rss_mb: of(({ sdk }) => sdk.megabytes),
    rss_ratio: of(({ program, sdk }) => program.megabytes / sdk.megabytes),
  };
}
