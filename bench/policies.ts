import { type Figures, median, rounded } from "./figures.ts";
import { EMPTY_PACK, PACK, type PackStart, startPack } from "./packStart.ts";

const RUNS = 7;

/** How long the policy pack takes to start, and the memory that it holds then, against a pack without rules: in turn, medians. */
export async function policies(): Promise<Figures> {
  const rounds: { pack: PackStart; empty: PackStart }[] = [];
  for (let round = 0; round < RUNS; round++)
    rounds.push({ pack: await startPack(PACK), empty: await startPack(EMPTY_PACK) });
  const of = (pick: (round: (typeof rounds)[number]) => number) => rounded(median(rounds.map(pick)));
  return {
    start_s: of(({ pack }) => pack.seconds),
    empty_start_s: of(({ empty }) => empty.seconds),
    start_ratio: of(({ pack, empty }) => pack.seconds / empty.seconds),
    processor_ratio: of(({ pack, empty }) => pack.ticks / empty.ticks),
    rss_mb: of(({ pack }) => pack.megabytes),
    empty_rss_mb: of(({ empty }) => empty.megabytes),
    rss_ratio: of(({ pack, empty }) => pack.megabytes / empty.megabytes),
  };
}
