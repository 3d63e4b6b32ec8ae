import { counted } from "./counts.ts";
import { code } from "./escapeMarkdown.ts";
import type { PropertyChange } from "./model.ts";

/** Lists that only came in another order say nothing of their own: so many are named. */
const NAMED_REORDERS = 5;

/** One line a property, from → to, as items of a list. What only came in another order is one line together. */
export function propertyLines(properties: readonly PropertyChange[], indent: string): string[] {
  const reordered = properties.filter(({ change }) => change === "reordered").map(({ path }) => code(path, 120));
  const lines = properties
    .filter(({ change }) => change !== "reordered")
    .map((property) => `${indent}- ${code(property.path, 200)}: ${move(property)}\n`);
  if (reordered.length === 0) return lines;
  const named = reordered.slice(0, NAMED_REORDERS).join(", ");
  const rest = reordered.length - NAMED_REORDERS;
  return [...lines, `${indent}- the same elements in another order: ${named}${rest > 0 ? ` and ${rest} more` : ""}\n`];
}

function move(property: PropertyChange): string {
  const { change, from, to, secret, unknown, forces } = property;
  const force = forces === true ? ", **forces the replacement**" : "";
  if (secret === true) return `a secret, ${change}${force}`;
  const after = unknown === true ? "_known after `up`_" : to === undefined ? "_none_" : code(to);
  if (change === "added") return `_none_ → ${after}${force}`;
  if (change === "removed") return `${from === undefined ? "_unknown_" : code(from)} → _none_${force}`;
  return `${from === undefined ? "_none_" : code(from)} → ${after}${force}`;
}

/** How many properties change, in words, where they are not listed. */
export const propertyCount = (properties: readonly PropertyChange[]): string =>
  counted(properties.length, "property", "properties");
