/** The members of what should be an object; none where it is something else. Reading an unknown one throws, as the policy SDK has it. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** The elements of what should be a list; none where it is something else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text at a place, if it is text. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The number at a place, if it is one. */
export const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/**
 * Seconds of a duration as Go and Prometheus write it, such as `200ms` or `1m30s`; a number alone is seconds, as Traefik has
 * it. `undefined` where it is no duration.
 */
export function secondsOf(duration: unknown): number | undefined {
  const text = typeof duration === "number" ? String(duration) : textOf(duration);
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g)];
  return parts.reduce((total, [, count, unit]) => total + Number(count) * (UNITS[unit ?? ""] ?? 0), 0);
}

/** A number as findings show it: `0.25`, `3,600`. */
export const shown = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 3 });
