/** A part of a document that can be said at more or less length. */
export interface Section {
  /** From everything to the least that must be said. Each is whole in itself: nothing is ever cut. */
  levels: readonly string[];
  /** Sections of a lower rank are shortened first. */
  rank: number;
}

/**
 * Chooses how much of each section is said, so that all of them together have at most `limit` characters. Nothing is
 * shortened that fits; among sections of one rank that one is shortened first whose shortening saves most, so that as many
 * as possible stay whole. The least of everything may be longer than the limit: then that is what is given.
 */
export function fit(sections: readonly Section[], limit: number): number[] {
  const least = sections.map(({ levels }) => levels.length - 1);
  if (lengthOf(sections, least) > limit) return least;
  const chosen = sections.map(() => 0);
  let total = lengthOf(sections, chosen);
  while (total > limit) {
    let best: { index: number; rank: number; level: number; saves: number } | undefined;
    for (const [index, { levels, rank }] of sections.entries()) {
      const level = chosen[index] ?? 0;
      const saves = (levels[level]?.length ?? 0) - (levels[level + 1]?.length ?? Number.POSITIVE_INFINITY);
      if (saves <= 0) continue;
      const first =
        best === undefined ||
        rank < best.rank ||
        (rank === best.rank && (level < best.level || (level === best.level && saves > best.saves)));
      if (first) best = { index, rank, level, saves };
    }
    if (best === undefined) return chosen;
    chosen[best.index] = best.level + 1;
    total -= best.saves;
  }
  return chosen;
}

const lengthOf = (sections: readonly Section[], chosen: readonly number[]): number =>
  sections.reduce((sum, { levels }, index) => sum + (levels[chosen[index] ?? 0]?.length ?? 0), 0);
