import { shortened, visible } from "./visible.ts";

/**
 * Puts texts of others (names, tags, messages) into GitHub Flavored Markdown, so that they are read as the text that they are:
 * they make no element, mention nobody, refer to no issue, and end no section.
 */

/** Every character that Markdown may take for its own. All of them may be escaped with a backslash (GFM specification, 2.4). */
const PUNCTUATION = /[\\`*_{}[\]()#+\-.!|<>~&"'=^]/g;

/** An empty comment between two characters: it is not shown, and what GitHub would look for after Markdown is torn. */
const TORN = "<!-- -->";

/**
 * What GitHub finds in the text after Markdown, where no backslash helps: mentions (also e-mail addresses), references to
 * issues, commits (of which 7 digits are enough), emoji, addresses and formulas.
 */
const FOUND_LATER = /@(?=[\w])|#(?=\d)|\bGH-(?=\d)|:(?=[\w+-]+:)|:(?=\/\/)|\bwww(?=\.)|\b[0-9a-f]{6}(?=[0-9a-f])|\$/gi;

/** A text as a part of a paragraph, where `between backticks` is code. One line; at most `most` characters of it. */
export function prose(text: string, most = 2_000): string {
  const parts = shortened(visible(text), most).split(/(`[^`]+`)/);
  return parts.map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : escaped(part))).join("");
}

function escaped(text: string): string {
  const parts = text.split(FOUND_LATER);
  const found = [...text.matchAll(FOUND_LATER)].map(([match]) => match);
  return parts
    .map((part, index) => {
      const after = found[index];
      const own = part.replaceAll(PUNCTUATION, (character) => `\\${character}`);
      if (after === undefined) return own;
      return own + (after === "$" ? "<span>$</span>" : `${after.replaceAll(PUNCTUATION, "\\$&")}${TORN}`);
    })
    .join("");
}

/** A text as code, on one line; at most `most` characters of it. Empty texts are shown as an empty pair of quotes. */
export function code(text: string, most = 400): string {
  const shown = shortened(visible(text === "" ? '""' : text), most);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  // One space is taken off at each end where both have one (GFM specification, 6.3), so that backticks do not touch.
  const padded = /^[ `]|[ `]$/.test(shown) && shown.trim() !== "" ? ` ${shown} ` : shown;
  return `${fence}${padded}${fence}`;
}

/** A text inside of a line of HTML. */
export const html = (text: string): string =>
  visible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
