import type { Area } from "../../area.ts";

export const mesh: Area = {
  title: "Mesh between regions",
  rules: [],
  stackRules: [],
};
