import type { Stage } from "../../infra/plan/release.ts";
import { OperatorError } from "../operatorError.ts";
import { isBelow } from "./gates.ts";
import { short, splitImage } from "./objects.ts";
import { type Done, decide, lookAt, pauseOf, refusePaused } from "./situation.ts";

/**
 * Holds a release where it is: the ceiling comes down to the lowest stage that a region of the wave has reached, so no gate
 * opens any more. Nothing else stops: the analysis goes on and aborts a bad canary, pods are scaled, a rollback works.
 * (`spec.paused` of Argo would freeze all of that.)
 */
export async function pause(
  stack: string,
  simulated: boolean,
  reason: string | undefined,
  name?: string,
): Promise<Done> {
  const situation = await lookAt(stack, simulated, name);
  const { config, regions, stack: own } = situation;
  const { stage, wave } = config.release;
  const digest = splitImage(config.image)?.digest ?? "";
  refusePaused(situation);
  const members = config.waves[wave - 1] ?? [];
  const reached = regions.flatMap(({ region, value }) =>
    members.includes(region) && value !== undefined && value.digest === digest ? [value.stage] : [],
  );
  if (stage === "done" && reached.every((at) => at === "done"))
    throw new OperatorError(`nothing is being released in '${own}': wave ${wave} of ${short(digest)} is done`);
  const lowest = reached.reduce<Stage>((least, at) => (isBelow(at, least) ? at : least), stage);
  return decide(situation, {
    change: { stage: lowest, digest },
    action: "pause",
    digest,
    from: stage,
    to: lowest,
    ...(reason === undefined ? {} : { reason }),
    headline: `paused ${short(digest)}: no region of wave ${wave} goes beyond the stage that it has reached`,
  });
}

/** Gives a paused release its ceiling back. */
export async function resume(stack: string, simulated: boolean, name?: string): Promise<Done> {
  const situation = await lookAt(stack, simulated, name);
  const { config } = situation;
  const paused = pauseOf(situation);
  if (paused === undefined)
    throw new OperatorError(`'${stack}' is not paused; \`novactl status ${stack}\` shows where it is`);
  const digest = splitImage(config.image)?.digest ?? "";
  return decide(situation, {
    change: { stage: paused.from as Stage, digest },
    action: "resume",
    digest,
    from: config.release.stage,
    to: paused.from,
    headline: `resumed ${short(digest)}: up to ${paused.from} again`,
  });
}
