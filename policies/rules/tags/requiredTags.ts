import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { aws } from "../../sources/clouds.ts";
import { TAGGED } from "../../tagged.ts";

const REQUIRED = ["project", "stack", "region", "owner", "cost-center"];

export default rule({
  id: "TAG-001",
  title: "Everything says whose it is: project, stack, region, owner, cost-center",
  severity: "medium",
  why: "Bills, incidents and orphans after a broken run are sorted by these; what carries none belongs to nobody and is found by nobody.",
  sources: [
    aws(
      "whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
      "tags for owners, costs and automation",
    ),
  ],
  fix: "Pass the region's `plan.tags`.",
  applies: Object.keys(TAGGED),
  needs: [...new Set(Object.values(TAGGED))].flatMap((place) => REQUIRED.map((tag) => `${place}.${tag}`)),
  check: (properties, { type }) => {
    const place = TAGGED[type];
    const missing = REQUIRED.filter((tag) =>
      ["", undefined].includes(valueAt(properties, `${place}.${tag}`) as string),
    );
    return missing.length === 0 ? [] : [`${place} lacks ${missing.join(", ")}`];
  },
  // Only what is the same for the whole stack, and only on the resource itself: other labels on a pool's machines replace them.
  remedy: (properties, { type, tags }) => {
    const place = TAGGED[type];
    if (place === undefined || place.includes(".") || valueAt(properties, place) instanceof Unknown) return undefined;
    const values = Object.fromEntries(
      REQUIRED.flatMap((tag) => {
        const value = tags[tag];
        return value !== undefined && valueAt(properties, `${place}.${tag}`) === undefined ? [[tag, value]] : [];
      }),
    );
    return Object.keys(values).length === 0 ? undefined : { place, values };
  },
});
