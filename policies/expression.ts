/**
 * Splits an expression, of a route or of a measurement, wherever an operator stands outside of parentheses and quotes.
 *
 * @param operator sticky (`y`), as each place is tried by itself.
 */
export function splitAt(text: string, operator: RegExp): string[] {
  const parts = [""];
  let depth = 0;
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== "") quote = character === quote ? "" : quote;
    else if ("`'\"".includes(character)) quote = character;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (depth === 0) {
      operator.lastIndex = index;
      const [found] = operator.exec(text) ?? [];
      if (found !== undefined) {
        parts.push("");
        index += found.length - 1;
        continue;
      }
    }
    parts.push((parts.pop() ?? "") + character);
  }
  return parts.map((part) => part.trim());
}
