import { readFileSync, writeFileSync } from "node:fs";
import { excludeRegions } from "../ops/excludedRegions.ts";
import { previewReview } from "../ops/previewReview.ts";
import { stackFile } from "../ops/project.ts";
import { FORMATS, written } from "../ops/review/formats.ts";
import { openSession } from "../ops/session.ts";
import { inTemporaryHome, openProject, timed } from "./engine.ts";
import { type Figures, median, rounded } from "./figures.ts";

const STAGING = new URL("../Pulumi.staging.yaml", import.meta.url);

/**
 * What a review in every format costs over Pulumi's own preview with the same flags: of a change of nearly every resource of
 * staging, the most that there is to review. In one run, in turn, medians.
 */
export const review = (trials: number): Promise<Figures> =>
  inTemporaryHome(async (folder) => {
    const text = readFileSync(STAGING, "utf8");
    const staging = await openProject(folder, { name: "novacron", stackFile: text });
    await timed(staging, ["up", "--yes", "--skip-preview"]);
    writeFileSync(
      stackFile(staging.project, staging.stack),
      text.replace("novacron:owner: platform-team", "novacron:owner: bench"),
    );
    const session = await openSession(staging.stack, true);
    const previews: number[] = [];
    const reviews: number[] = [];
    let changed = 0;
    for (let run = 0; run < trials; run++) {
      previews.push(await timed(session, ["preview", "--refresh", "--suppress-progress"]));
      const start = performance.now();
      const { review: found } = await previewReview(session, { exclusion: excludeRegions([], []) });
      if (found === undefined) throw new Error("the preview found nothing out");
      for (const format of FORMATS) written(found, format);
      reviews.push((performance.now() - start) / 1000);
      changed = found.counts.update;
    }
    const [preview, whole] = [median(previews), median(reviews)];
    return {
      preview_s: rounded(preview),
      review_s: rounded(whole),
      review_to_preview_ratio: rounded(whole / preview),
      changed_resources: changed,
    };
  });
