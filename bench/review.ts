import { readFileSync, writeFileSync } from "node:fs";
import { excludeRegions } from "../ops/excludedRegions.ts";
import { conclude } from "../ops/judgement.ts";
import { previewReview } from "../ops/previewReview.ts";
import { stackFile } from "../ops/project.ts";
import { FORMATS, written } from "../ops/review/formats.ts";
import { openSession } from "../ops/session.ts";
import { inTemporaryHome, openProject, timed } from "./engine.ts";
import { type Figures, median, rounded } from "./figures.ts";

const STAGING = new URL("../Pulumi.staging.yaml", import.meta.url);

/**
 * What a review in every format costs over Pulumi's own preview with the same flags, both under the policy pack: of a change
 * of nearly every resource of staging, the most that there is to review. In one run, medians, each first in every other round.
 */
export const review = (trials: number): Promise<Figures> =>
  inTemporaryHome(async (folder) => {
    const text = readFileSync(STAGING, "utf8");
    // The names by which the policy pack and its exemptions know it.
    const staging = await openProject(folder, { name: "novacron", stack: "staging", stackFile: text, policies: true });
    await timed(staging, ["up", "--yes", "--skip-preview"]);
    writeFileSync(
      stackFile(staging.project, staging.stack),
      text.replace("novacron:owner: platform-team", "novacron:owner: bench"),
    );
    const session = await openSession(staging.stack, true);
    const previews: number[] = [];
    const reviews: number[] = [];
    let changed = 0;
    const preview = async () => {
      previews.push(await timed(session, ["preview", "--refresh", "--suppress-progress"]));
    };
    const reviewed = async () => {
      const start = performance.now();
      const { code, review: found, policies } = await previewReview(session, { exclusion: excludeRegions([], []) });
      if (found === undefined) throw new Error("the preview found nothing out");
      for (const format of FORMATS) written(found, format);
      await conclude(session, policies, { code });
      reviews.push((performance.now() - start) / 1000);
      changed = found.counts.update;
    };
    for (let round = 0; round < trials; round++)
      for (const run of round % 2 === 0 ? [preview, reviewed] : [reviewed, preview]) await run();
    const [alone, whole] = [median(previews), median(reviews)];
    return {
      preview_s: rounded(alone),
      review_s: rounded(whole),
      review_to_preview_ratio: rounded(whole / alone),
      changed_resources: changed,
    };
  });
