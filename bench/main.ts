import { parseArgs } from "node:util";
import type { Figures } from "./figures.ts";
import { preview } from "./preview.ts";
import { startup } from "./startup.ts";
import { up } from "./up.ts";

/** Every benchmark by name: what it measures, and the function that returns its figures. */
const benchmarks: Record<string, { title: string; run: () => Promise<Figures> }> = {
  preview: {
    title: "preview of the unchanged staging stack, against a flat program of as many resources",
    run: preview,
  },
  startup: { title: "import of the program, against importing @pulumi/pulumi alone", run: startup },
  up: { title: "cold up of the staging stack on the simulator, without its delays", run: up },
};

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const name = positionals[0] ?? "";
const benchmark = benchmarks[name];
if (benchmark === undefined || positionals.length > 1) {
  console.error(
    `'${positionals.join(" ")}' is no benchmark. Usage: npm run -s bench -- NAME [--json], where NAME is one of`,
  );
  for (const [known, { title }] of Object.entries(benchmarks)) console.error(`  ${known.padEnd(10)}${title}`);
  process.exit(1);
}

if (!values.json) console.error(`${name}: ${benchmark.title}`);
const figures = await benchmark.run();
if (values.json) console.log(JSON.stringify(figures));
else for (const [figure, value] of Object.entries(figures)) console.log(`${figure.padEnd(34)}${value}`);
