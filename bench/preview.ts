import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { Session } from "../ops/session.ts";
import { countResources, inTemporaryHome, openProject, timed, timedOutput } from "./engine.ts";
import { type Figures, median, rounded } from "./figures.ts";
import { manyRegions } from "./manyRegions.ts";

const RUNS = 5;

const STAGING = new URL("../Pulumi.staging.yaml", import.meta.url);

const PROVIDER = `
import { Provider } from "@pulumi/aws/provider.js";
const provider = new Provider("aws", { region: "us-east-1" });
`;

/**
 * As many resources as staging has, each alone, without components, dependencies or stack capture. IAM roles, since they
 * have about as many properties (15) as the resources of staging on average (19).
 */
const flatProgram = (resources: number): string => `
Error.stackTraceLimit = 0;
import { Role } from "@pulumi/aws/iam/role.js";
${PROVIDER}
const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "eks.amazonaws.com" } }],
});
const tags = { project: "novacron", stack: "flat", region: "global", owner: "bench", "cost-center": "bench" };
for (let index = 0; index < ${resources}; index++) {
  new Role(\`role-\${index}\`, { name: \`role-\${index}\`, path: "/bench/", maxSessionDuration: 3600, assumeRolePolicy, tags }, { provider });
}`;

const WITHOUT_PACK = { PULUMI_OPTION_POLICY_PACK: "" };
/** As novactl hands it over. */
const WITH_PACK = { PULUMI_OPTION_POLICY_PACK: fileURLToPath(new URL("../policies", import.meta.url)) };

/** Preview of a stack that does not exist yet. */
async function firstPreview(session: Session): Promise<{ seconds: number; resources: number }> {
  const { seconds, output } = await timedOutput(session, ["preview", "--json"], WITHOUT_PACK);
  const { steps } = JSON.parse(output) as { steps: { urn: string }[] };
  return { seconds, resources: steps.filter(({ urn }) => !urn.includes("::pulumi:")).length };
}

/**
 * What a preview of the unchanged staging stack costs for each resource, over an empty program, against the same for a flat
 * program of as many resources: all in one run, in turn, medians. The policy pack's share apart. And whether the cost grows
 * with the number of resources alone: the first preview of a stack with ten times the regions, for each resource.
 */
export const preview = (): Promise<Figures> =>
  inTemporaryHome(async (folder) => {
    const staging = await openProject(folder, { name: "staging", stackFile: readFileSync(STAGING, "utf8") });
    const unchanged = ["preview", "--expect-no-changes"];
    const first = await firstPreview(staging);
    await timed(staging, ["up", "--yes", "--skip-preview"], WITHOUT_PACK);
    const resources = await countResources(staging);

    const flat = await openProject(folder, {
      name: "flat",
      program: flatProgram(resources),
      stackFile: "config: {}\n",
    });
    const empty = await openProject(folder, { name: "empty", program: PROVIDER, stackFile: "config: {}\n" });
    for (const session of [flat, empty]) await timed(session, ["up", "--yes", "--skip-preview"]);

    const rounds: { staging: number; flat: number; empty: number; withPack: number }[] = [];
    for (let round = 0; round < RUNS; round++) {
      rounds.push({
        staging: await timed(staging, unchanged, WITHOUT_PACK),
        flat: await timed(flat, unchanged),
        empty: await timed(empty, unchanged),
        withPack: await timed(staging, unchanged, WITH_PACK),
      });
    }
    const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
    const seconds = {
      staging: of((round) => round.staging),
      flat: of((round) => round.flat),
      empty: of((round) => round.empty),
    };

    const large = await openProject(folder, { name: "large", stackFile: stringify(manyRegions()) });
    const largeFirst = await firstPreview(large);
    return {
      resources,
      staging_s: rounded(seconds.staging),
      flat_s: rounded(seconds.flat),
      empty_s: rounded(seconds.empty),
      per_resource_ms: rounded(((seconds.staging - seconds.empty) / resources) * 1000),
      flat_per_resource_ms: rounded(((seconds.flat - seconds.empty) / resources) * 1000),
      per_resource_ratio: rounded((seconds.staging - seconds.empty) / (seconds.flat - seconds.empty)),
      policy_pack_s: rounded(of((round) => round.withPack - round.staging)),
      large_regions: manyRegions().config["novacron:regions"].length,
      large_resources: largeFirst.resources,
      large_s: rounded(largeFirst.seconds),
      large_per_resource_ratio: rounded(
        (largeFirst.seconds - seconds.empty) /
          largeFirst.resources /
          ((first.seconds - seconds.empty) / first.resources),
      ),
    };
  });
