/** `npm run setup`: provides the tools of the catalogue, or those named as arguments, and says where they are. */
import { catalogue, type ToolName, toolNames } from "./catalogue.ts";
import { setUpRegionTools } from "./regionTools.ts";
import { setUpTools } from "./setup.ts";

const wanted = process.argv.slice(2);
try {
  const unknown = wanted.filter((name) => !(name in catalogue));
  if (unknown.length > 0) throw new Error(`no tool is called ${unknown.join(", ")}; there are ${toolNames.join(", ")}`);
  const names = wanted.length > 0 ? (wanted as ToolName[]) : toolNames;
  for (const [name, path] of Object.entries(await setUpTools(names))) console.log(`${name}: ${path}`);
  if (wanted.length === 0) console.log(`for regions: ${await setUpRegionTools()}`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
