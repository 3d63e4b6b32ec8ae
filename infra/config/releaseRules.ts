import { digestOf, planWaves } from "../plan/release.ts";
import { type Draft, regionNames } from "./draft.ts";
import { type Path, type Problem, problem } from "./problems.ts";
import type { ReleaseConfig } from "./schema.ts";
import { nearest } from "./spelling.ts";

/** Rules on what is released: waves over known regions, and nothing that is denied. */
export function releaseProblems(draft: Draft): Problem[] {
  const { images, release, pba } = draft;
  return [
    ...(release === undefined ? [] : ofRelease(["release"], release, "dwcpV3", draft)),
    ...(pba === undefined ? [] : ofRelease(["pba", "release"], pba.release, "pba", draft)),
    ...(images === undefined || digestOf(images.dwcpV1) !== digestOf(images.dwcpV3)
      ? []
      : [
          problem(
            ["images", "dwcpV1"],
            images.dwcpV1,
            "another digest than that of images.dwcpV3",
            "name the image of DWCP v1: the kill switch would lead to the version that it is to replace",
          ),
        ]),
  ];
}

function ofRelease(path: Path, release: ReleaseConfig, image: "dwcpV3" | "pba", draft: Draft): Problem[] {
  const regions = regionNames(draft);
  const waves = regions === undefined ? [] : waveProblems(path, release, regions);
  return [
    ...deniedProblems(path, release, image, draft),
    ...waves,
    ...(regions === undefined || waves.length > 0 ? [] : currentWaveProblems(path, release, regions)),
  ];
}

function deniedProblems(path: Path, { denied }: ReleaseConfig, image: "dwcpV3" | "pba", { images }: Draft): Problem[] {
  const released = images && digestOf(images[image]);
  return denied.flatMap((digest, index) =>
    digest === released
      ? [
          problem(
            [...path, "denied", index],
            digest,
            `digests other than that of images.${image}, which is to run`,
            `set images.${image} to a digest that may run, or take this one out of the list`,
          ),
        ]
      : [],
  );
}

function waveProblems(path: Path, { waves }: ReleaseConfig, regions: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return waves.flatMap((wave, waveIndex) =>
    wave.flatMap((region, index) => {
      const at = [...path, "waves", waveIndex, index];
      if (!regions.includes(region)) {
        const meant = nearest(region, regions);
        return [
          problem(
            at,
            region,
            `regions of this stack: ${regions.join(", ")}`,
            meant === undefined ? "remove it, or add the region" : `did you mean ${meant}?`,
          ),
        ];
      }
      const first = seen.get(region);
      if (first === undefined) {
        seen.set(region, `waves[${waveIndex}]`);
        return [];
      }
      return [
        problem(
          at,
          region,
          `each region once (${first} has it)`,
          "remove one of the two: a region has one place in line",
        ),
      ];
    }),
  );
}

function currentWaveProblems(path: Path, release: ReleaseConfig, regions: readonly string[]): Problem[] {
  const count = planWaves(release, regions).length;
  return release.wave <= count
    ? []
    : [
        problem(
          [...path, "wave"],
          release.wave,
          `a wave from 1 to ${count}: regions that no wave names are the last one`,
          `name one of the ${count} waves, or add waves`,
        ),
      ];
}
