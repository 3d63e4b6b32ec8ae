import type { Own } from "./source.ts";

/** A decision of this project, by the name of its file. */
export const decision = (name: string, says: string): Own => ({
  title: `Decision ${Number(name.slice(0, 4))}: ${says}`,
  file: `docs/decisions/${name}.md`,
});

export const RELEASES: Own = {
  title: "The operators' handbook: stages, waves, ceilings and gates of a release",
  file: "docs/operators.md#what-a-release-is",
};

export const BETWEEN_REGIONS: Own = {
  title: "On real clouds: the one port between regions is an internal load balancer's",
  file: "docs/real-clouds.md#between-regions",
};

export const TRAPS: Own = {
  title: "Traps: rollbackWindow counts the releases that failed, too",
  file: "docs/traps.md",
};

export const INSIDE_ADDRESSES = decision(
  "0004-inside-addresses",
  "inside addresses from the one range that Azure accepts, unique at each gateway",
);

export const DENIED = decision(
  "0015-aborted-is-denied",
  "what aborts is denied, since Argo skips every gate for what it takes for a way back",
);

export const DERIVED_KEYS = decision(
  "0007-derived-keys",
  "each tunnel's key is derived, its own, and changed by raising an epoch",
);
