import type { ReleaseConfig, StackConfig } from "../config/schema.ts";

/** How far a digest may go in a region: nothing yet, the three weights, or to the end after its bake time. */
export type Stage = "0" | "10" | "50" | "100" | "done";

/** In the order in which a release goes through them. */
export const STAGES: readonly Stage[] = ["0", "10", "50", "100", "done"];

/** What may run in one region: the content of the region's ceiling ConfigMap. */
export interface ReleaseCeiling {
  /** `sha256:…` of the image that is released; the ceiling holds for no other digest. */
  digest: string;
  stage: Stage;
  /** Digests that must never start, whatever the stage. */
  denied: string[];
}

/** On a ceiling's ConfigMap: the wave in which its region is released, from 1. */
export const WAVE_ANNOTATION = "novacron.io/wave";

/** A ceiling as it is planned. */
export interface PlannedCeiling extends ReleaseCeiling {
  /** Of its region, from 1. */
  wave: number;
}

/** Why a digest must never run again: as JSON under the digest, without `sha256:`, in the ConfigMap `<service>-denied`. */
export interface Denial {
  /** user@host, or `release gate`. */
  who: string;
  /** ISO 8601. */
  at: string;
  reason: string;
}

/** A denial in words. What somebody wrote by hand, in whatever form, is shown as it is. */
export function describeDenial(text: string): string {
  try {
    const { who, at, reason } = JSON.parse(text) as Denial;
    return reason === undefined ? text : `${reason} (${who}, ${at})`;
  } catch {
    return text;
  }
}

/** The services that are released step by step. */
export type ServiceName = "dwcp-v3" | "dwcp-v1" | "pba";

/** The ceiling of each service in one region. */
export type RegionRelease = Record<ServiceName, PlannedCeiling>;

/** Ceilings by region. */
export type ReleasePlan = Record<string, RegionRelease>;

/** What the planner needs to know of a stack. */
export type ReleaseFacts = Pick<StackConfig, "images" | "release"> & {
  regions: readonly { name: string }[];
  pba: Pick<StackConfig["pba"], "release">;
};

/** The digest of an image reference `repository@sha256:…`. */
export const digestOf = (image: string): string => image.slice(image.indexOf("@") + 1);

/**
 * How far each service may go in each region. Regions of earlier waves are done, those of the current wave have the config's
 * stage, later ones wait. A stage is granted to one digest: where the config names it and the image is another one, that
 * image starts at 10 % in the first wave. DWCP v1 is no release: whatever the config names may run.
 */
export function planRelease({ images, release, pba, regions }: ReleaseFacts): ReleasePlan {
  return Object.fromEntries(
    regions.map(({ name }) => [
      name,
      {
        "dwcp-v3": ceiling(digestOf(images.dwcpV3), release, name),
        "dwcp-v1": { digest: digestOf(images.dwcpV1), stage: "done", denied: [], wave: 1 },
        pba: ceiling(digestOf(images.pba), pba.release, name),
      },
    ]),
  );
}

/** A region's wave, from 1. Regions that no wave names are one more wave at the end. */
export function waveOf({ waves }: Pick<ReleaseConfig, "waves">, region: string): number {
  const index = waves.findIndex((wave) => wave.includes(region));
  return (index === -1 ? waves.length : index) + 1;
}

/** The regions of each wave, in order. */
export function planWaves(release: Pick<ReleaseConfig, "waves">, regions: readonly string[]): string[][] {
  const rest = regions.filter((region) => waveOf(release, region) > release.waves.length);
  return [...release.waves, ...(rest.length > 0 ? [rest] : [])];
}

function ceiling(digest: string, release: ReleaseConfig, region: string): PlannedCeiling {
  const granted = release.digest === undefined || release.digest === digest;
  const { stage, wave } = granted ? release : { stage: "10" as const, wave: 1 };
  const own = waveOf(release, region);
  return { digest, stage: own < wave ? "done" : own > wave ? "0" : stage, denied: release.denied, wave: own };
}
