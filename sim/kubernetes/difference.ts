import { isDeepStrictEqual } from "node:util";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { type Change, diffInputs } from "../server/diff.ts";
import type { Properties } from "../service.ts";
import { isAutonamed } from "./check.ts";
import { at, parsePath } from "./fields.ts";

const { Kind } = pb.PropertyDiff;

const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

const topLevel = (path: string): string => String(parsePath(path)[0] ?? path);

/** Changes as the engine takes them. */
export const difference = {
  /** Of a resource. One whose name stays the same cannot exist twice, so the old one goes before the new one is made. */
  ofResource(changes: readonly Change[], before: Properties, after: Properties): messages.DiffResponse {
    const response = responseOf(changes, before, after);
    const identity = (inputs: Properties) => [
      at(inputs, "metadata", "name") ?? inputs.name,
      at(inputs, "metadata", "namespace") ?? inputs.namespace,
    ];
    const replaced = changes.some(({ replace }) => replace);
    const keepsName = isDeepStrictEqual(identity(before), identity(after));
    response.setDeletebeforereplace(replaced && keepsName && !isAutonamed(after));
    return response;
  },

  /** Of plain inputs, nothing of which needs anything new. */
  ofInputs: (before: Properties, after: Properties): messages.DiffResponse =>
    responseOf(diffInputs(before, after, []), before, after),
};

function responseOf(changes: readonly Change[], before: Properties, after: Properties): messages.DiffResponse {
  const response = new pb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
  const replacing = changes.filter(({ replace }) => replace);
  response.setReplacesList([...new Set(replacing.map(({ path }) => topLevel(path)))]);
  for (const { path, kind, replace } of changes) {
    const detail = new pb.PropertyDiff();
    const keys = parsePath(path);
    detail.setKind(KINDS[kind][replace ? 1 : 0]);
    // Drift is in the state and not in what the program said before and now.
    detail.setInputdiff(!isDeepStrictEqual(at(before, ...keys), at(after, ...keys)));
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}
