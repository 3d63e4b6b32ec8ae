import { placeOf } from "../state.ts";
import { type MeshChange, STATEMENT_KINDS, type Statement } from "./model.ts";
import { quorumStatements } from "./quorumStatements.ts";
import { meshStatements } from "./reachability.ts";
import { releaseStatements } from "./releaseStatements.ts";
import type { Side } from "./sides.ts";

/** What statements are made of. */
export interface Grounds {
  sides: readonly Side[];
  /** Outputs of the stack. */
  outputs: { before: Record<string, unknown>; after: Record<string, unknown> };
  mesh: MeshChange | undefined;
  /** The regions of each wave in order, from the stack's config; empty when they are not known. */
  waves: readonly (readonly string[])[];
}

/** What changes for those who use the environment, in sentences, in the order of their kinds. */
export function statementsOf({ sides, outputs, mesh, waves }: Grounds): Statement[] {
  const places = (side: "before" | "after") =>
    new Set(sides.filter((each) => each[side] !== undefined).map((each) => placeOf(each).region));
  const all = [
    ...releaseStatements(sides, waves),
    ...meshStatements(mesh, { before: places("before"), after: places("after") }),
    ...quorumStatements(outputs.before.quorum, outputs.after.quorum),
  ];
  return all.toSorted((a, b) => STATEMENT_KINDS.indexOf(a.kind) - STATEMENT_KINDS.indexOf(b.kind));
}
