import { z } from "zod";

/** What a schema's error message carries for the report: what is allowed, and what to do about it. */
export interface Wording {
  allowed: string;
  action: string;
}

const SEPARATOR = "\n";
const KNOWN_KEYS = "known keys: ";

/** Error option for a schema or check: every fault it finds is reported with these words. */
export const words = (allowed: string, action: string): { error: string } => ({
  error: `${allowed}${SEPARATOR}${action}`,
});

/** An object that takes no other keys than these; an unknown key is reported with the nearest known one. */
export function keyed<Shape extends z.core.$ZodLooseShape>(shape: Shape, action = "write its keys indented below it") {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${KNOWN_KEYS}${keys.join(" ")}`
        : words(`an object with the keys ${keys.join(", ")}`, action).error,
  });
}

/** A whole number within bounds. */
export const whole = (least: number, most: number, action: string) => {
  const wording = words(
    `a whole number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}, without quotes`,
    action,
  );
  return z.int(wording).min(least, wording).max(most, wording);
};

/** Text of one form. */
export const text = (form: RegExp, allowed: string, action: string) =>
  z.string(words(allowed, action)).regex(form, words(allowed, action));

/** One of a few words. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values, action: string) =>
  z.enum(values, words(values.join(" | "), action));

/** A list of which every element is of one kind. */
export const list = <Element extends z.ZodType>(element: Element, least: number, allowed: string, action: string) =>
  z.array(element, words(allowed, action)).min(least, words(allowed, action));

/** Takes a schema's message apart again. */
export function wordingOf(message: string): Wording {
  const [allowed = message, action = ""] = message.split(SEPARATOR);
  return { allowed, action };
}

/** The keys that an object takes, from the message of its unknown-key fault. */
export function knownKeysOf(message: string): string[] {
  return message.startsWith(KNOWN_KEYS) ? message.slice(KNOWN_KEYS.length).split(" ") : [];
}
