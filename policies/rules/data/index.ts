import type { Area } from "../../area.ts";

export const data: Area = {
  title: "Data: quorums and staleness",
  rules: [],
  stackRules: [],
};
