/** The staging stack from nothing to nothing: real control planes and controllers, measured from outside. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { badCanaryTests, badEverywhereTests } from "./badCanary.ts";
import { continuityTests } from "./continuity.ts";
import { edgeTests } from "./edge.ts";
import { Environment, REGIONS, STACK } from "./environment.ts";
import { federationTests } from "./federation.ts";
import { monitoringTests } from "./monitoring.ts";
import { regionsTests } from "./regions.ts";
import { rollbackTests } from "./rollback.ts";
import { stagesTests } from "./stages.ts";

let environment: Environment;

before(async () => {
  environment = new Environment();
  await environment.up();
});
after(() => environment.remove());

edgeTests(() => environment);
monitoringTests(() => environment);
federationTests(() => environment);
stagesTests(() => environment);
badCanaryTests(() => environment);
test("all regions in one wave", () => {
  environment.editStackFile((text) =>
    text
      .replaceAll(/waves: \[\[aws-use1\], \[azr-weu, gcp-aso1\]\]/g, "waves: [[aws-use1, azr-weu, gcp-aso1]]")
      .replaceAll(/^( +)wave: 2$/gm, "$1wave: 1"),
  );
});
badEverywhereTests(() => environment);
rollbackTests(() => environment);
continuityTests(() => environment);
regionsTests(() => environment);

test("`destroy` leaves no process, no namespace and no folder of a region", {
  skip: process.env.NOVACRON_E2E_FOLDER !== undefined,
}, async () => {
  assert.equal(regionProcesses(), REGIONS.length);
  await environment.succeed("destroy", STACK, "--sim", "--yes", "--", "--suppress-outputs");
  assert.equal(regionProcesses(), 0);
  const regions = join(environment.home, "sim", "regions");
  assert.deepEqual(existsSync(regions) ? execFileSync("ls", [regions], { encoding: "utf8" }).trim() : "", "");
  assert.deepEqual(await environment.control("GET /inventory"), []);
});

/** Supervisors of this environment; whatever a region runs is below one, in its namespaces. */
const regionProcesses = (): number =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.startsWith("unshare") && line.includes(environment.home)).length;
