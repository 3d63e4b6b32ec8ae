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
export const exactly = (...allowed: (string | boolean)[]): Demand => ({
  wanted: allowed.map((value) => JSON.stringify(value)).join(" or "),
  holds: (value) => allowed.some((each) => each === value),
});

/** Missing, or any other than this. For properties that the cloud itself leaves safe. */
export const not = (refused: string | boolean): Demand => ({
  wanted: `other than ${JSON.stringify(refused)}`,
  holds: (value) => value !== refused,
});

/** A number that is no smaller than this; a missing one is not. */
export const atLeast = (least: number): Demand => ({
  wanted: `at least ${least}`,
  holds: (value) => typeof value === "number" && value >= least,
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
