/**
 * Characters that are not seen, or that make what is seen another text than what is there: controls, format characters
 * (zero-width ones, overrides of the writing direction: CVE-2021-42574, "Trojan Source"), separators, halves of pairs and
 * private ones. A joiner inside an emoji is one too: values of cloud resources hold few of those.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** A text on one line in which everything can be seen: line ends as `↵`, what is invisible or deceives by its code point. */
export const visible = (text: string): string =>
  text.replaceAll(/\r\n|\n/g, "↵").replaceAll(UNSEEN, (character) => {
    if (character === "\t") return " ";
    return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });

/** A text of at most so many characters, with `…` for what is left out. Never half a character. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.codePointAt(most - 2) ?? 0;
  // A pair that would be torn is left out whole.
  return `${text.slice(0, end > 0xffff ? most - 2 : most - 1)}…`;
}
