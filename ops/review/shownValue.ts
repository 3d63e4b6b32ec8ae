import { Sealed, type Shown, Unknown } from "./redaction.ts";

/** Longer texts are cut in what is shown; a reviewer reads the file then. */
const LONGEST = 200;
/** What is kept of what two long texts have in common, on both sides of what differs. */
const CONTEXT = 24;

export const AFTER_UP = "(known after up)";

/** A value as text: a text as it is, anything else as JSON. */
export function shown(value: Shown): string {
  if (typeof value === "string") return value;
  if (value instanceof Sealed) return value.text;
  if (value instanceof Unknown) return AFTER_UP;
  return JSON.stringify(value, (_, member: unknown) =>
    member instanceof Sealed ? member.text : member instanceof Unknown ? AFTER_UP : member,
  );
}

/** Two values as texts, each cut to the part that differs where they are long. */
export function changedPart(before: Shown, after: Shown): [string | undefined, string | undefined] {
  const from = before === undefined ? undefined : shown(before);
  const to = after === undefined ? undefined : shown(after);
  if (from === undefined || to === undefined) return [from && shortened(from), to && shortened(to)];
  if (from.length <= LONGEST && to.length <= LONGEST) return [from, to];
  const [a, b] = [[...from], [...to]];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const part = (letters: string[]) => {
    const [first, last] = [Math.max(0, start - CONTEXT), Math.min(letters.length, letters.length - end + CONTEXT)];
    const middle = shortened(letters.slice(first, last).join(""));
    return `${first > 0 ? "…" : ""}${middle}${last < letters.length ? "…" : ""}`;
  };
  return [part(a), part(b)];
}

/** By code points: half a character would be none. */
export function shortened(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const letters = [...text];
  return letters.length <= longest
    ? text
    : `${letters.slice(0, longest - 40).join("")}… (${letters.length} characters)`;
}
