import { parseArgs } from "node:util";
import { type Figures, over } from "./figures.ts";
import { LIMITS } from "./packStart.ts";
import { policies } from "./policies.ts";
import { preview } from "./preview.ts";
import { regions } from "./regions.ts";
import { review } from "./review.ts";
import { rollback } from "./rollback.ts";
import { startup } from "./startup.ts";
import { up } from "./up.ts";

interface Benchmark {
  title: string;
  /** Trials of each kind, where --trials may say another number. */
  trials?: number;
  /** Figures that must not be larger. @default none */
  limits?: Figures;
  run: (trials: number) => Promise<Figures>;
}

/** Every benchmark by name: what it measures, and the function that returns its figures. */
const benchmarks: Record<string, Benchmark> = {
  policies: { title: "start of the policy pack, against a pack without rules", limits: LIMITS, run: policies },
  preview: {
    title: "preview of the unchanged staging stack, against a flat program of as many resources",
    run: preview,
  },
  regions: {
    title: "three regions: from a start with their data to every entry answering; memory and processors at rest",
    run: regions,
  },
  review: {
    title: "review of a change of nearly every resource, in every format, against Pulumi's own preview of it",
    trials: 4,
    limits: { review_to_preview_ratio: 1.1 },
    run: review,
  },
  rollback: {
    title: "novactl rollback at every moment of a release and under every fault, to the last answer of the version",
    trials: 3,
    run: rollback,
  },
  startup: { title: "import of the program, against importing @pulumi/pulumi alone", run: startup },
  up: { title: "cold up of the staging stack on the simulator, without its delays", run: up },
};

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false }, trials: { type: "string" } },
  allowPositionals: true,
});
const name = positionals[0] ?? "";
const benchmark = benchmarks[name];
if (benchmark === undefined || positionals.length > 1) {
  console.error(
    `'${positionals.join(" ")}' is no benchmark. Usage: npm run -s bench -- NAME [--json] [--trials N], where NAME is one of`,
  );
  for (const [known, { title }] of Object.entries(benchmarks)) console.error(`  ${known.padEnd(10)}${title}`);
  process.exit(1);
}

const trials = Number(values.trials ?? benchmark.trials ?? 1);
if (values.trials !== undefined && (benchmark.trials === undefined || !Number.isInteger(trials) || trials < 1)) {
  console.error(
    benchmark.trials === undefined
      ? `${name} has no trials to choose; leave --trials out`
      : `--trials '${values.trials}': give a whole number above 0; without it there are ${benchmark.trials}`,
  );
  process.exit(1);
}

if (!values.json) console.error(`${name}: ${benchmark.title}`);
const figures = await benchmark.run(trials);
if (values.json) console.log(JSON.stringify(figures));
else for (const [figure, value] of Object.entries(figures)) console.log(`${figure.padEnd(34)}${value}`);
const faults = over(figures, benchmark.limits ?? {});
for (const fault of faults) console.error(`${name}: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
