import type { Area } from "../../area.ts";
import declaredValues from "./declaredValues.ts";
import environment from "./environment.ts";
import markedSecret from "./markedSecret.ts";
import plainText from "./plainText.ts";

export const secrets: Area = {
  title: "Secrets",
  rules: [plainText, declaredValues, environment, markedSecret],
  stackRules: [],
};
