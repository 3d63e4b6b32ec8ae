import { isObject, isUnknown } from "../server/values.ts";
import type { Properties } from "../service.ts";
import type { Operation } from "./backend.ts";
import { text } from "./fields.ts";
import { kindOf, logicalName } from "./token.ts";

/** Marks a name that the provider made up. */
const AUTONAMED = "pulumi.com/autonamed";

/** Names as most kinds want them (RFC 1123 subdomain), and RBAC's with its colons (`system:node`). */
const NAME = /^[a-z0-9A-Z]([-a-z0-9A-Z.:]*[a-z0-9A-Z])?$/;

/** Completes an object's inputs by a name where the program gives none, and lists what is wrong in any cluster. */
export function checkObject(
  { urn, type }: Operation,
  previous: Properties,
  inputs: Properties,
  hex: (digits: number) => string,
): { inputs: Properties; problems: [property: string, reason: string][] } {
  const token = kindOf(type);
  if (/(Patch|List)$/.test(token.kind) && !type.includes("apiextensions")) {
    return {
      inputs,
      problems: [["kind", `${token.kind} is not simulated; declare the objects themselves, one resource each`]],
    };
  }
  const problems: [string, string][] = [];
  for (const key of ["apiVersion", "kind"] as const) {
    const given = inputs[key] ?? token[key];
    if (given !== token[key]) problems.push([key, `is '${given}', but the resource's type says '${token[key]}'`]);
  }
  const metadata = isObject(inputs.metadata) ? { ...inputs.metadata } : {};
  if (inputs.metadata !== undefined && !isObject(inputs.metadata) && !isUnknown(inputs.metadata)) {
    problems.push(["metadata", "is not an object"]);
  }
  const { name } = metadata;
  if (isUnknown(inputs.metadata)) return { inputs: { ...token, ...inputs }, problems };
  if (name === undefined) {
    const wasAutomatic = text(previous, "metadata", "annotations", AUTONAMED) === "true";
    metadata.name =
      (wasAutomatic && text(previous, "metadata", "name")) || `${logicalName(urn).toLowerCase()}-${hex(8)}`;
    metadata.annotations = { ...(isObject(metadata.annotations) ? metadata.annotations : {}), [AUTONAMED]: "true" };
  } else if (!isUnknown(name) && !(typeof name === "string" && NAME.test(name) && name.length <= 253)) {
    problems.push(["metadata.name", `'${name}' is not a valid name: letters, digits, '-' and '.', at most 253`]);
  }
  return { inputs: { ...token, ...inputs, metadata }, problems };
}

export const isAutonamed = (inputs: Properties): boolean =>
  text(inputs, "metadata", "annotations", AUTONAMED) === "true";
