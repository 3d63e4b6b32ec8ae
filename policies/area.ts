import type { Rule } from "./rule.ts";
import type { StackRule } from "./stackRule.ts";

/** Rules that are about one thing. A folder of `rules/` holds one; its `index.ts` lists the rules beside it. */
export interface Area {
  /** As a heading of the documentation. */
  title: string;
  /** Rules about one resource by itself. */
  rules: readonly Rule[];
  /** Rules about resources together. */
  stackRules: readonly StackRule[];
}
