import type { Denial } from "../../infra/plan/release.ts";
import { inEachRegion } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { operator } from "./edit.ts";
import { digestOf, short, splitImage } from "./objects.ts";
import { untilObserved } from "./observed.ts";
import { deny } from "./record.ts";
import { denialOf, type RegionState } from "./region.ts";
import { type Done, decide, lookAt, type Situation } from "./situation.ts";
import { describeServing, Standby } from "./standby.ts";
import { setDigest } from "./switchTraffic.ts";

/** Starts a release: the image in the config and in every Rollout, 10 % allowed in the first wave, nothing in the others. */
export async function release(stack: string, simulated: boolean, image: string, name?: string): Promise<Done> {
  const given = splitImage(image);
  if (given === undefined)
    throw new OperatorError(
      `--image '${image}': write repository@sha256: and 64 hexadecimal digits in lower case; a tag can be moved, so none is taken`,
    );
  const situation = await lookAt(stack, simulated, name);
  const { service, config, regions } = situation;
  const present = splitImage(config.image);
  if (present?.repository !== given.repository)
    throw new OperatorError(
      `--image '${image}': ${service.name} comes from ${present?.repository}; another repository is a change of the config, not a release`,
    );
  const { digest } = given;
  const denials = regions.flatMap(({ region, value }) => {
    const denial = value && denialOf(value, digest);
    return denial === undefined ? [] : [`${region}: ${denial}`];
  });
  if (config.release.denied.includes(digest)) denials.push("denied in the stack's config");
  if (denials.length > 0)
    throw new OperatorError(
      `${short(digest)} is denied and never starts again (${denials.join("; ")}); build a new image`,
    );
  refuseEarlier(situation, digest);
  if (config.image === image && regions.every(({ value }) => value === undefined || value.digest === digest))
    throw new OperatorError(
      `${short(digest)} is what is released already; \`novactl promote ${stack}\` takes it further`,
    );
  const failed = failedReleases(situation, digest);
  const standbys = await readStandbys(situation);
  return decide(situation, {
    change: { image, digest, stage: "10", wave: 1 },
    action: "release",
    digest,
    from: present.digest,
    // Where a rollback after full promotion goes back to.
    fromIn: (region) => regions.find((outcome) => outcome.region === region)?.value?.stable,
    to: digest,
    headline: `released ${short(digest)}: up to 10 % in wave 1 (${config.waves[0]?.join(", ")})`,
    also: async ({ region, client }) => {
      const state = regions.find((outcome) => outcome.region === region)?.value;
      for (const [bad, denial] of failed)
        if (state !== undefined && state.stable !== bad && state.denied[bad] === undefined)
          await deny(client, service, bad, denial);
      const notes = await keepStanding(standbys.get(region), state, digest);
      await setDigest(client, service, digest);
      if (!(await untilObserved(client, service))) notes.push("Argo's controller has not taken the image up yet");
      return notes;
    },
  });
}

/** @throws OperatorError where the version before still has all requests: pointed elsewhere, it would take those along */
async function readStandbys({ clusters, service, stack }: Situation): Promise<Map<string, Standby>> {
  const outcomes = await inEachRegion(clusters, ({ client }) => Standby.read(client, service));
  const serving = outcomes.filter(({ value }) => value?.serves === true).map(({ region }) => region);
  if (serving.length > 0) throw new OperatorError(`in ${serving.join(" and ")} ${describeServing(service, stack)}`);
  return new Map(outcomes.flatMap(({ region, value }) => (value === undefined ? [] : [[region, value]])));
}

/** Before the image changes: what is stable is what a rollback goes back to. Without it a rollback works too, and takes longer. */
async function keepStanding(
  standby: Standby | undefined,
  state: RegionState | undefined,
  digest: string,
): Promise<string[]> {
  const hash = state?.rollout.status?.stableRS;
  if (standby === undefined || hash === undefined || state?.stable === digest) return [];
  try {
    await standby.standFor(hash);
    return [];
  } catch (error) {
    return [`the version before does not stand by: ${error instanceof Error ? error.message : error}`];
  }
}

/**
 * What this release replaces and what failed in some region, with the reason. The others must not run it either: once the
 * new version is stable there, Argo would take it for an older one, and give it everything at once.
 */
export function failedReleases({ regions }: Pick<Situation, "regions">, digest: string): Map<string, Denial> {
  const at = new Date().toISOString();
  return new Map(
    regions.flatMap(({ region, value }): [string, Denial][] => {
      const { digest: bad, phase } = value ?? {};
      if (value === undefined || bad === undefined || bad === digest || bad === value.stable) return [];
      const denial = denialOf(value, bad) ?? (phase === "aborted" ? "aborted" : undefined);
      return denial === undefined ? [] : [[bad, { who: operator(), at, reason: `failed in ${region}: ${denial}` }]];
    }),
  );
}

/** Argo takes a version up at once, without a stage or a wave, that is older than the stable one and still kept. */
function refuseEarlier({ regions, stack }: Situation, digest: string): void {
  for (const { region, value } of regions) {
    const made = (of: string | undefined) =>
      value?.replicaSets.find(
        (set) => of !== undefined && digestOf(set.spec.template, value.rollout.metadata.name) === of,
      )?.metadata.creationTimestamp;
    const [own, stable] = [made(digest), made(value?.stable)];
    if (value?.stable === digest || own === undefined || stable === undefined || own >= stable) continue;
    throw new OperatorError(
      `${short(digest)} is an earlier version that ${region} still keeps: Argo would serve it everywhere at once, without stages. To go back, novactl rollback ${stack}; else build it anew`,
    );
  }
}
