import type { Area } from "../../area.ts";

export const delivery: Area = {
  title: "Delivery and rollback",
  rules: [],
  stackRules: [],
};
