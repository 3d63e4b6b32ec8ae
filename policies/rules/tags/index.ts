import type { Area } from "../../area.ts";
import requiredTags from "./requiredTags.ts";

export const tags: Area = {
  title: "Tags",
  rules: [requiredTags],
  stackRules: [],
};
