import { ACTIONS, type Action, type ResourceChange } from "./model.ts";

const NOUNS: Record<Action, [one: string, many: string]> = {
  create: ["new resource", "new resources"],
  update: ["update", "updates"],
  replace: ["replacement", "replacements"],
  delete: ["deletion", "deletions"],
  rename: ["rename", "renames"],
  import: ["import", "imports"],
  forget: ["resource forgotten", "resources forgotten"],
};

/** Such as `2 updates, 1 replacement`; actions in the model's order, those that do not occur left out. */
export function countsInWords(counts: Partial<Record<Action, number>>): string {
  return ACTIONS.flatMap((action) => {
    const number = counts[action] ?? 0;
    return number === 0 ? [] : [counted(number, ...NOUNS[action])];
  }).join(", ");
}

/** How many resources, by what happens to them. */
export function countActions(resources: readonly Pick<ResourceChange, "action">[]): Partial<Record<Action, number>> {
  const counts: Partial<Record<Action, number>> = {};
  for (const { action } of resources) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** Such as `1 check`, `1,204 checks`. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** The first few of a list in words, and how many more there are. */
export function firstFew(items: readonly string[], most: number): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(", ")} and ${rest.toLocaleString("en")} more` : items.join(", ");
}
