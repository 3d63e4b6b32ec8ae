import type { Area } from "../../area.ts";

export const logging: Area = {
  title: "Logs",
  rules: [],
  stackRules: [],
};
