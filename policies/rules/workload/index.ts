import type { Area } from "../../area.ts";

export const workload: Area = {
  title: "Workloads",
  rules: [],
  stackRules: [],
};
