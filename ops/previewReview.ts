import { planWaves } from "../infra/plan/release.ts";
import { type EngineEvent, passThroughWithEvents } from "./eventLog.ts";
import type { Exclusion } from "./excludedRegions.ts";
import type { Review } from "./review/model.ts";
import { reviewOf } from "./review/review.ts";
import type { Session } from "./session.ts";
import { readStackConfig } from "./stackConfig.ts";
import { exportState } from "./state.ts";

export interface PreviewReview {
  /** Pulumi's exit code; what it printed is on standard error when it is not 0. */
  code: number;
  /** Undefined: the preview ended before it had found out what changes. */
  review: Review | undefined;
  events: readonly EngineEvent[];
}

/**
 * Previews what `up` would do, with the policy pack on and after a refresh as `up` makes one, and reviews it. Changes
 * nothing. The state, which alone knows what depends on what, is read at the same time.
 * @param rest further arguments of `pulumi preview`
 */
export async function previewReview(
  session: Session,
  { exclusion, rest = [] }: { exclusion: Exclusion; rest?: readonly string[] },
): Promise<PreviewReview> {
  const run = { ...session, environment: { ...session.environment, ...exclusion.variables } };
  const pack = session.policyPack === undefined ? [] : ["--policy-pack", session.policyPack];
  const flags = ["--stack", session.stack, "--refresh", "--non-interactive", "--suppress-progress"];
  const args = ["preview", ...flags, ...pack, ...exclusion.flags, ...rest];
  const [{ code, events }, state] = await Promise.all([
    passThroughWithEvents(run, args, "nowhere unless it fails"),
    exportState(session),
  ]);
  if (!events.some(({ summaryEvent }) => summaryEvent !== undefined)) return { code, review: undefined, events };
  const resources = state.deployment.resources ?? [];
  return { code, review: reviewOf({ stack: session.stack, events, resources, waves: wavesOf(session) }), events };
}

/** Only this project's config says which regions follow which. */
function wavesOf({ project, stack }: Session): string[][] {
  if (project.name !== "novacron") return [];
  const { release, regions } = readStackConfig(project, stack);
  return planWaves(
    release,
    regions.map(({ name }) => name),
  );
}
