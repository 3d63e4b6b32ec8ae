import type { Area } from "../../area.ts";
import disjointRanges from "./disjointRanges.ts";
import insideOnce from "./insideOnce.ts";
import insideRanges from "./insideRanges.ts";
import keyReuse from "./keyReuse.ts";
import keyStrength from "./keyStrength.ts";
import learntRoutes from "./learntRoutes.ts";
import proposal from "./proposal.ts";
import systemNumbers from "./systemNumbers.ts";
import twoPaths from "./twoPaths.ts";

export const mesh: Area = {
  title: "Mesh between regions",
  rules: [keyStrength, insideRanges, proposal, learntRoutes],
  stackRules: [disjointRanges, systemNumbers, twoPaths, keyReuse, insideOnce],
};
