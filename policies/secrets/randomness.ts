/** Bits of information in each character, by how often each occurs (Shannon). */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

const SHORTEST = 20;
const LEAST_BITS = 3.7;

/**
 * How often the kind of character changes from one to the next: small, capital, digit. At random it does so 62 times in a
 * hundred, in names that people make up (`maxIdleConnsPerHost`) hardly 25.
 */
const LEAST_CHANGES = 0.45;

/** Words without a separator, such as base64 and base62 have them. Slashes part: paths are no secrets. */
const WORD = /[A-Za-z0-9+]{20,}/g;

/**
 * Whether a part of a text looks as if a machine had drawn it: long, of small letters, capitals and digits in no order. Digests
 * and ids in hexadecimal, which are no secrets, look otherwise; a secret in hexadecimal is known by the name beside it only.
 */
export const looksRandom = (text: string): boolean =>
  (text.match(WORD) ?? []).some(
    (word) =>
      word.length >= SHORTEST &&
      /[a-z]/.test(word) &&
      /[A-Z]/.test(word) &&
      /\d/.test(word) &&
      entropy(word) >= LEAST_BITS &&
      changes(word) >= LEAST_CHANGES,
  );

function changes(word: string): number {
  const kinds = [...word].map((character) => (/[a-z]/.test(character) ? 0 : /[A-Z]/.test(character) ? 1 : 2));
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / (word.length - 1);
}
