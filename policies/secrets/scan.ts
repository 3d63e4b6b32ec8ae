import { isUnknownValueError, Unknown } from "../path.ts";
import { knownFormat } from "./formats.ts";
import { entropy, looksRandom } from "./randomness.ts";

/** What was found in all that a resource declares. */
export interface Scan {
  /** Sentences that name the place and the kind of the secret, never the secret. */
  findings: string[];
  /** The first value that is not known yet, if there is one. */
  unknown: Unknown | undefined;
}

/** Names of properties that hold a secret, whatever it looks like. */
export const SECRET_NAME =
  /(passw(or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|shared[-_]?key|credentials?)$/i;

/** Under such a name: below this it is a word, such as `required`. */
const LEAST_BITS = 3;

/**
 * Looks through every text that a resource declares, names of properties included, for secrets in plain text.
 *
 * @param isExpected whether a secret belongs at a place, such as `tunnel1PresharedKey`.
 */
export function scan(properties: unknown, isExpected: (at: string) => boolean): Scan {
  const result: Scan = { findings: [], unknown: undefined };
  const visit = (value: unknown, at: string, name: string): void => {
    if (isExpected(at)) return;
    if (typeof value === "string") {
      const kind = kindOf(value, name);
      if (kind !== undefined) result.findings.push(`${at} holds ${kind} in plain text`);
    } else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) {
        const place = Array.isArray(value) ? `${at}[${key}]` : at === "" ? key : `${at}.${key}`;
        try {
          visit(Reflect.get(value, key), place, Array.isArray(value) ? name : key);
        } catch (error) {
          if (!isUnknownValueError(error)) throw error;
          result.unknown ??= new Unknown(error);
        }
      }
    }
  };
  visit(properties, "", "");
  return result;
}

function kindOf(text: string, name: string): string | undefined {
  const known = knownFormat(text);
  if (known !== undefined) return known;
  if (SECRET_NAME.test(name) && text.length >= 8 && entropy(text) >= LEAST_BITS && !isReference(text)) {
    return "what its name calls a secret";
  }
  return looksRandom(text) ? "what looks like a random key" : undefined;
}

/** Names, ids and addresses of secrets are none. */
const isReference = (text: string): boolean =>
  /^(arn:|https?:\/\/|projects\/|\/|\$\{)|^[a-z0-9-]+\/[a-z0-9-]+$/.test(text);
