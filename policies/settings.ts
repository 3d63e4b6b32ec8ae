import { type PropertyPath, Unknown, valuesAt } from "./path.ts";
import type { Rule } from "./rule.ts";

/** What a property must be. */
export interface Demand {
  /** Completes "must be …". */
  wanted: string;
  holds(value: unknown): boolean;
}

/** Present and not empty. */
export const given: Demand = { wanted: "given", holds: (value) => value !== undefined && value !== "" };

/** One of these; a missing property is not. */
export const exactly = (...allowed: (string | boolean | number)[]): Demand => ({
  wanted: allowed.map((value) => JSON.stringify(value)).join(" or "),
  holds: (value) => allowed.some((each) => each === value),
});

/** Missing, or any other than this. For properties that the cloud itself leaves safe. */
export const not = (refused: string | boolean): Demand => ({
  wanted: `other than ${JSON.stringify(refused)}`,
  holds: (value) => value !== refused,
});

/** A number that is no smaller; a missing one is not. `unit` is added to the message, such as `days`. */
export const atLeast = (least: number, unit = ""): Demand => ({
  wanted: `${least}${unit && ` ${unit}`} or more`,
  holds: (value) => typeof value === "number" && value >= least,
});

/** A list that holds all of these, whatever else. Its path has no `[]`. */
export const listing = (...wanted: string[]): Demand => ({
  wanted: `a list with ${wanted.join(", ")}`,
  holds: (value) => Array.isArray(value) && wanted.every((each) => value.includes(each)),
});

/** A list of these and no others, not empty. Its path has no `[]`. */
export const only = (...allowed: (string | number)[]): Demand => ({
  wanted: `a list of ${allowed.join(", ")} and nothing else`,
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every((each) => allowed.includes(each)),
});

/** A list of at least so many different elements. Its path has no `[]`. */
export const several = (least: number): Demand => ({
  wanted: `a list of ${least} or more`,
  holds: (value) => Array.isArray(value) && new Set(value).size >= least,
});

/** The part of a rule that follows from a table: on each type, what every place that a path leads to must be. */
export function settings(
  table: Readonly<Record<string, Readonly<Record<PropertyPath, Demand>>>>,
): Pick<Rule, "applies" | "needs" | "check"> {
  return {
    applies: Object.keys(table),
    needs: [...new Set(Object.values(table).flatMap((demands) => Object.keys(demands)))],
    check: (properties, { type }) =>
      Object.entries(table[type] ?? {}).flatMap(([path, demand]) =>
        valuesAt(properties, path)
          .filter(({ value }) => !(value instanceof Unknown) && !demand.holds(value))
          .map(({ at, value }) => `${at} ${state(value)}, must be ${demand.wanted}`),
      ),
  };
}

/** The SDK unwraps secrets before a policy sees them, so nothing but truth values and numbers may be repeated in a message. */
function state(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === "") return "is empty";
  return typeof value === "boolean" || typeof value === "number" ? `is ${value}` : "is something else";
}

/** What is wrong with what stands at a place, or nothing. */
export type Fault = (value: unknown) => string | undefined;

/** As `settings`, where what is wrong has words of its own: on each type, what every known value that a path leads to must not be. */
export const faults = (
  table: Readonly<Record<string, Readonly<Record<PropertyPath, Fault>>>>,
): Pick<Rule, "applies" | "needs" | "check"> => ({
  applies: Object.keys(table),
  needs: [...new Set(Object.values(table).flatMap((places) => Object.keys(places)))],
  check: (properties, { type }) =>
    Object.entries(table[type] ?? {}).flatMap(([path, faultOf]) =>
      valuesAt(properties, path).flatMap(({ at, value }) => {
        if (value === undefined || value instanceof Unknown) return [];
        const fault = faultOf(value);
        return fault === undefined ? [] : [`${at} ${fault}`];
      }),
    ),
});
