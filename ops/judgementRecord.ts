import type { PackIdentity } from "./policyVerdict.ts";
import { capture } from "./pulumi.ts";
import type { Session } from "./session.ts";

/** A tag of the stack, which every backend keeps: whoever may read the stack may read it, on whatever machine. */
const TAG = "novacron:judged";

/** Which policy pack judged an `up`, and when that was known. */
export interface Judgement extends PackIdentity {
  /** ISO 8601. */
  at: string;
}

/**
 * Records which pack judged the `up` that has just ended: a run of Pulumi notes by itself only how it was called. A record
 * that cannot be made is told, and is no fault of the run.
 */
export async function recordJudgement(session: Session, pack: PackIdentity): Promise<void> {
  const judgement: Judgement = { ...pack, at: new Date().toISOString() };
  await capture(session, ["stack", "tag", "set", TAG, JSON.stringify(judgement), "--stack", session.stack]).catch(
    (error: Error) => console.error(`not recorded that the policy pack has judged this run: ${error.message}`),
  );
}

/** The last record of a stack; undefined where none can be read. */
export async function readJudgement(session: Session): Promise<Judgement | undefined> {
  try {
    const tags = await capture(session, ["stack", "tag", "list", "--json", "--stack", session.stack]);
    return JSON.parse((JSON.parse(tags) as Record<string, string>)[TAG] ?? "") as Judgement;
  } catch {
    return undefined;
  }
}

/** The pack that judged an `up`. The record of an earlier one is older than its start. */
export function judgeOf(up: { startTime: string }, judgement: Judgement | undefined): PackIdentity | undefined {
  if (judgement === undefined || Date.parse(judgement.at) < Date.parse(up.startTime)) return undefined;
  const { name, version, rules } = judgement;
  return { name, version, rules };
}
