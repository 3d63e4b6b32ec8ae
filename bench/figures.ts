/** Named figures of a benchmark. The name ends with the unit: `_s`, `_ms`, `_mb`, `_ratio`, or nothing for a count. */
export type Figures = Record<string, number>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no measurement was made");
  return middle;
}

/** The value that a share of the values (0–1) does not exceed; the nearest one that was measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("no measurement was made");
  return value;
}

/** Three significant digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** Which figures are above their limits, in words. @throws when a limit is for a figure that was not measured */
export const over = (figures: Figures, limits: Figures): string[] =>
  Object.entries(limits).flatMap(([figure, most]) => {
    const value = figures[figure];
    if (value === undefined) throw new Error(`${figure} has a limit and was not measured`);
    return value <= most ? [] : [`${figure} is ${value}, must be at most ${most}`];
  });
