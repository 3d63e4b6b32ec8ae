import type { Area } from "../../area.ts";

export const secrets: Area = {
  title: "Secrets",
  rules: [],
  stackRules: [],
};
