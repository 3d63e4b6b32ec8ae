import { isDeepStrictEqual } from "node:util";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { type Change, diffInputs } from "../server/diff.ts";
import { diffResponse } from "../server/protocol.ts";
import type { Properties } from "../service.ts";
import { isAutonamed } from "./check.ts";
import { at, parsePath } from "./fields.ts";

/** What changes, as the engine takes it. */
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

/** Drift is in the state and not in what the program said before and now. */
const responseOf = (changes: readonly Change[], before: Properties, after: Properties): messages.DiffResponse =>
  diffResponse(changes, (path) => {
    const keys = parsePath(path);
    return !isDeepStrictEqual(at(before, ...keys), at(after, ...keys));
  });
