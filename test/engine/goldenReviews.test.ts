import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { written } from "../../ops/review/formats.ts";
import { reviewSchema } from "../../ops/review/schema.ts";
import { resourcesOf } from "../review/engineEvents.ts";
import { withoutDeferred } from "../reviews/change.ts";
import { clusters } from "../reviews/clusters.ts";
import { program } from "../reviews/program.ts";
import { regions } from "../reviews/regions.ts";
import { releases } from "../reviews/releases.ts";
import { ReviewStack } from "../reviews/reviewStack.ts";

const changes = [...releases, ...regions, ...clusters, ...program];
const stack = new ReviewStack();

describe("real changes of this stack, reviewed through the real engine", { concurrency: 1 }, () => {
  before(() => stack.bringUp());
  after(() => stack.remove());

  for (const change of changes) {
    test(change.title, async () => {
      const { code, review } = await stack.review(change);
      const told = {
        sentence: withoutDeferred(review.sentence),
        dangers: [...new Set(review.dangers.map((danger) => danger.class))],
        exitCode: code,
      };
      const { sentence, dangers, exitCode } = change;
      assert.deepEqual(told, { sentence, dangers, exitCode });
      assert.deepEqual(reviewSchema.parse(review), review);
      const text = written(review, "terminal");
      for (const part of change.says ?? []) assert.match(text, part);
      if (change.reordersOnly === true) {
        const kinds = new Set(resourcesOf(review).flatMap(({ properties }) => properties.map((each) => each.change)));
        assert.deepEqual([...kinds], ["reordered"]);
      }
    });
  }
});
