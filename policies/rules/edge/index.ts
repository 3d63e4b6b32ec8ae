import type { Area } from "../../area.ts";

export const edge: Area = {
  title: "Edge: TLS and tokens",
  rules: [],
  stackRules: [],
};
