import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./chart.ts";

const read = new Map<string, Manifest[]>();

/**
 * The CustomResourceDefinitions of a chart, from the folder that set-up makes (`tools/crds.ts`). Read once in a process.
 * @throws Error naming the folder that is missing
 */
export function chartCrds(tools: string, chart: string): Manifest[] {
  const folder = join(tools, "crds", chart);
  const known = read.get(folder);
  if (known !== undefined) return known;
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    throw new Error(
      `${chart}: its custom resource definitions are not in '${folder}'. Run 'npm run setup', and name the folder that it makes in NOVACRON_TOOLS.`,
    );
  }
  const definitions = files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Manifest);
  read.set(folder, definitions);
  return definitions;
}
