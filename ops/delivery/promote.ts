import { STAGES, type Stage } from "../../infra/plan/release.ts";
import { OperatorError } from "../operatorError.ts";
import { failing, isBelow, readGates } from "./gates.ts";
import { short, splitImage } from "./objects.ts";
import type { GateVerdict } from "./record.ts";
import { type Done, decide, lookAt, refusePaused, type Situation } from "./situation.ts";

export interface Promotion {
  to?: string;
  wave?: string;
  force?: boolean;
  reason?: string;
}

/** Lets the released digest go further. Refuses while a gate fails in a region that can be asked. */
export async function promote(stack: string, simulated: boolean, wanted: Promotion, name?: string): Promise<Done> {
  if (wanted.force === true && !wanted.reason)
    throw new OperatorError("--force overrides gates, so it needs --reason TEXT, which is recorded");
  const to = wanted.to === undefined ? undefined : stageNamed(wanted.to);
  const situation = await lookAt(stack, simulated, name);
  const { config } = situation;
  const { stage, wave } = config.release;
  const count = config.waves.length;
  const digest = splitImage(config.image)?.digest ?? "";
  refusePaused(situation);

  const targetWave = wanted.wave === undefined ? wave : Number(wanted.wave);
  if (!Number.isInteger(targetWave) || targetWave < 1 || targetWave > count)
    throw new OperatorError(`--wave '${wanted.wave}': the waves are 1 to ${count}`);
  if (targetWave < wave) throw new OperatorError(`--wave ${targetWave}: wave ${wave} has begun; to go back, roll back`);
  if (targetWave > wave + 1 || (targetWave > wave && stage !== "done"))
    throw new OperatorError(`--wave ${targetWave}: wave ${wave} is at ${stage}; it must be done first`);
  if (targetWave === wave && stage === "done")
    throw new OperatorError(
      wave < count
        ? `wave ${wave} is done; \`novactl promote ${stack} --wave ${wave + 1}\` starts the next (${config.waves[wave]?.join(", ")})`
        : `${short(digest)} is released everywhere; there is nothing to promote`,
    );
  const before: Stage = targetWave > wave ? "0" : stage;
  const target = to ?? STAGES[STAGES.indexOf(before) + 1] ?? "done";
  if (!isBelow(before, target))
    throw new OperatorError(
      `--to ${target}: wave ${targetWave} is allowed up to ${before} already; less than that is a rollback, or a pause`,
    );

  const gates = await gatesOf(situation, targetWave, target);
  const failed = [...gates].filter(([, verdicts]) => verdicts.some(({ pass }) => !pass));
  if (failed.length > 0 && wanted.force !== true)
    throw new OperatorError(
      `not promoted to ${target}: ${failed.map(([region, verdicts]) => `${region}: ${failing(verdicts)}`).join("; ")}. --force --reason TEXT overrides it`,
    );
  return decide(situation, {
    change: { stage: target, wave: targetWave, digest },
    action: "promote",
    digest,
    from: before,
    to: target,
    gates,
    ...(failed.length > 0 ? { forced: true } : {}),
    ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    headline: `promoted ${short(digest)} in wave ${targetWave} from ${before} to ${target}${failed.length > 0 ? " by force" : ""}`,
  });
}

/** Gates of the regions that are to go on; for a new wave also that the one before is done and well. */
async function gatesOf(situation: Situation, wave: number, target: Stage): Promise<Map<string, GateVerdict[]>> {
  const { service, clusters, config, regions } = situation;
  const isNew = wave > config.release.wave;
  const members = (which: number) => config.waves[which - 1] ?? [];
  const gates = await Promise.all(
    clusters.map(async ({ region, client }): Promise<[string, GateVerdict[]] | undefined> => {
      const state = regions.find((outcome) => outcome.region === region)?.value;
      if (state === undefined) return undefined;
      if (members(wave).includes(region)) return [region, await readGates(client, service, state, target)];
      if (!isNew || !members(wave - 1).includes(region)) return undefined;
      const digest = splitImage(config.image)?.digest;
      const pass = state.phase === "stable" && state.digest === digest;
      return [
        region,
        [
          {
            name: "wave",
            pass,
            reason: `wave ${wave - 1}: ${state.phase} at ${state.stage} of ${short(state.digest)}`,
          },
        ],
      ];
    }),
  );
  return new Map(gates.filter((entry) => entry !== undefined));
}

function stageNamed(text: string): Stage {
  const stage = STAGES.slice(1).find((candidate) => candidate === text);
  if (stage === undefined) throw new OperatorError(`--to '${text}': the stages are ${STAGES.slice(1).join(", ")}`);
  return stage;
}
