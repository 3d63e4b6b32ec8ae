import { readFileSync } from "node:fs";
import { countResources, inTemporaryHome, openProject, timed } from "./engine.ts";
import { type Figures, median, rounded } from "./figures.ts";

const RUNS = 3;

/** A cold `up` of staging on empty simulated clouds without delays, and its `destroy`. */
export const up = (): Promise<Figures> =>
  inTemporaryHome(async (folder) => {
    const stackFile = readFileSync(new URL("../Pulumi.staging.yaml", import.meta.url), "utf8");
    const session = await openProject(folder, { name: "staging", stackFile });
    const rounds: { up: number; destroy: number; resources: number }[] = [];
    for (let round = 0; round < RUNS; round++) {
      const seconds = await timed(session, ["up", "--yes", "--skip-preview"]);
      const resources = await countResources(session);
      rounds.push({
        up: seconds,
        resources,
        destroy: await timed(session, ["destroy", "--yes", "--skip-preview"]),
      });
    }
    const of = (pick: (round: (typeof rounds)[number]) => number) => rounded(median(rounds.map(pick)));
    return {
      resources: of(({ resources }) => resources),
      up_s: of(({ up: seconds }) => seconds),
      up_per_resource_ms: of(({ up: seconds, resources }) => (seconds / resources) * 1000),
      destroy_s: of(({ destroy }) => destroy),
    };
  });
