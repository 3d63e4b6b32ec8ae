/** Milliseconds since a decision, of `performance.now()`; whole ones, as they are shown. */
export const since = (decided: number): number => Math.round(performance.now() - decided);
