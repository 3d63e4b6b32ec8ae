import type { Area } from "../../area.ts";

export const protection: Area = {
  title: "Protection against loss",
  rules: [],
  stackRules: [],
};
