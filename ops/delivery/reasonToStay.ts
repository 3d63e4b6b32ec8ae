import { short } from "./objects.ts";
import { denialOf, type RegionState } from "./region.ts";

/**
 * Why a region that runs one digest alone is not to be rolled back: the release never came here, or it went back already.
 * Undefined when the digest is what is to go.
 */
export function reasonToStay(own: RegionState, digest: string, regions: readonly RegionState[]): string | undefined {
  const canaries = regions.flatMap((state) =>
    state.phase !== "stable" && state.digest !== state.stable ? [state.digest] : [],
  );
  if (canaries.length > 0)
    return canaries.includes(digest)
      ? undefined
      : `runs ${short(digest)} alone; what is being released elsewhere never came here, or went already`;
  const entries = [own, ...regions]
    .flatMap(({ history }) => history)
    .filter(({ action }) => action === "release" || action === "rollback");
  const last = entries.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
  if (last?.action === "rollback" && last.to === digest)
    return `is back at ${short(digest)} since ${last.at} (${last.who}); to go back further, release an older digest`;
  // By a rollback that was cut off before its record.
  if (last?.action === "release" && last.from === digest && denialOf(own, last.digest) !== undefined)
    return `is back at ${short(digest)}, and ${short(last.digest)} is denied; to go back further, release an older digest`;
  const released = last?.action === "release" && regions.some((state) => state.digest === last.digest);
  return released && last.digest !== digest ? `runs ${short(digest)}; the release never came here` : undefined;
}
