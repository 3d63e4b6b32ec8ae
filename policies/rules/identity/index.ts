import type { Area } from "../../area.ts";

export const identity: Area = {
  title: "Identity",
  rules: [],
  stackRules: [],
};
