import { createInterface } from "node:readline/promises";
import { isDeepStrictEqual } from "node:util";
import { consentRecord, readAllowed, refusal } from "./consent.ts";
import type { Exclusion } from "./excludedRegions.ts";
import { conclude } from "./judgement.ts";
import { OperatorError } from "./operatorError.ts";
import { previewReview } from "./previewReview.ts";
import type { DangerClass, Review } from "./review/model.ts";
import { toTerminal } from "./review/terminal.ts";
import { differencesFromReviewed, readReviewed, reviewedName, sourcesOf } from "./reviewedPlan.ts";
import type { Session } from "./session.ts";
import { isProvider, type StateResource } from "./state.ts";

export interface Agreement {
  /** Classes of dangers that the operator agrees to. */
  allowed: readonly DangerClass[];
  /** A file of `novactl diff --save`: nothing else than what it holds may be done, and what it allows is agreed to. */
  reviewed: string | undefined;
  /** Regions that are left alone. */
  regions: readonly string[];
  /** Do not ask. */
  yes: boolean;
  /** Standard output belongs to JSON. */
  json: boolean;
  /** File for what the policy pack finds. */
  sarif: string | undefined;
}

/** Reads what an operator agrees to, before anything is started. @throws with what is wrong with it */
export function readAgreement(
  stack: string,
  given: { allow?: string[]; reviewed?: string; yes?: boolean; json?: boolean; sarif?: string },
  regions: readonly string[],
): Agreement {
  const allowed = readAllowed(given.allow ?? []);
  if (given.reviewed !== undefined) readReviewed(given.reviewed, stack);
  const { reviewed, yes = false, json = false, sarif } = given;
  return { allowed, reviewed, regions, yes, json, sarif };
}

/** Exit code of an `up` that dangers nobody has agreed to, or a plan other than the reviewed one, have stopped. */
const REFUSED = { differs: 1, danger: 3, declined: 1 } as const;

/** What becomes of an `up`: the arguments with which it goes on, or the exit code with which it ends. */
export type Decision = { goesOn: true; arguments: string[] } | { goesOn: false; code: number };

/**
 * Decides whether an `up` may touch anything: it is previewed and reviewed, what is dangerous in it must have been agreed to
 * by name, and where a review was saved, nothing may differ from it. What was agreed to goes into the stack's history.
 * @param resources of the stack's state
 * @param rest further arguments of `pulumi up`
 */
export async function decideUp(
  session: Session,
  agreement: Agreement,
  {
    exclusion,
    resources,
    rest,
  }: { exclusion: Exclusion; resources: readonly StateResource[]; rest: readonly string[] },
): Promise<Decision> {
  // A stack without resources can only be added to.
  if (agreement.reviewed === undefined && !resources.some((resource) => resource.custom && !isProvider(resource)))
    return { goesOn: true, arguments: [...(agreement.yes ? ["--yes"] : []), ...rest] };
  const sources = sourcesOf(session.project, session.stack);
  const { code, review, policies } = await previewReview(session, {
    exclusion,
    resources,
    rest: previewArguments(rest),
  });
  const findings = review?.policies.violations ?? policies.findings;
  await conclude(session, policies, { code, file: agreement.sarif, findings });
  if (review === undefined) return { goesOn: false, code };
  const reviewed = agreement.reviewed === undefined ? undefined : readReviewed(agreement.reviewed, session.stack);
  const allowed = [...agreement.allowed, ...(reviewed?.allowed ?? [])];
  show(review, { ...agreement, allowed });
  if (code !== 0) {
    console.error("refused before anything was touched: rules of the policy pack forbid it");
    return { goesOn: false, code };
  }
  if (reviewed !== undefined) {
    const differences = differencesFromReviewed(reviewed, session.project, review, { regions: agreement.regions });
    if (differences.length > 0) {
      console.error(
        [
          "refused before anything was touched: this is not what was reviewed",
          ...differences.map((line) => `  ${line}`),
          `review it again: novactl diff ${session.stack} --save ${agreement.reviewed}`,
        ].join("\n"),
      );
      return { goesOn: false, code: REFUSED.differs };
    }
  }
  const refused = refusal(review, allowed);
  if (refused !== undefined) {
    console.error(refused);
    return { goesOn: false, code: REFUSED.danger };
  }
  if (!agreement.yes && !(await confirmed(session.stack))) return { goesOn: false, code: REFUSED.declined };
  // A rollback, say, has written the config meanwhile: what was previewed would undo it.
  if (!isDeepStrictEqual(sourcesOf(session.project, session.stack), sources)) {
    console.error(
      `refused before anything was touched: the program or Pulumi.${session.stack}.yaml has changed since it was previewed; run it again`,
    );
    return { goesOn: false, code: REFUSED.differs };
  }
  const consent = reviewed && { name: reviewedName(reviewed), allowed: reviewed.allowed };
  const message = messageFlags(consentRecord(review, agreement.allowed, consent), rest);
  // It has been previewed, just now and in more detail than Pulumi's own preview shows.
  return { goesOn: true, arguments: ["--skip-preview", "--yes", ...rest, ...message] };
}

function show(review: Review, { allowed, json }: Agreement): void {
  const stream = json ? process.stderr : process.stdout;
  const width = stream.isTTY ? { width: stream.columns } : {};
  stream.write(toTerminal(review, { ...width, colour: stream.isTTY && stream.hasColors(), allowed }));
}

async function confirmed(stack: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError("nobody can be asked here: give --yes to do what is shown, or run it on a terminal");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`Do this to ${stack}? Only "yes" does it: `).finally(() => lines.close());
  return answer.trim() === "yes";
}

/** Arguments of `pulumi up` that `pulumi preview` does not know, with whether a value follows them. */
const OF_UP_ALONE = new Map([
  ["--skip-preview", false],
  ["-f", false],
  ["--yes", false],
  ["-y", false],
  ["--continue-on-error", false],
  ["--message", true],
  ["-m", true],
]);

/** The arguments of an `up` that change what a preview of it finds. */
export function previewArguments(rest: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index] ?? "";
    const takesValue = OF_UP_ALONE.get(argument.split("=")[0] ?? "");
    if (takesValue === undefined) kept.push(argument);
    else if (takesValue && !argument.includes("=")) index += 1;
  }
  return kept;
}

/** The message of the update: what was agreed to, and what the operator has to say. Pulumi takes the last one that it is given. */
export function messageFlags(record: string | undefined, rest: readonly string[]): string[] {
  if (record === undefined) return [];
  const place = rest.findIndex((argument) => /^(?:-m|--message)(?:=|$)/.test(argument));
  const given = place < 0 ? undefined : (/=(.*)$/s.exec(rest[place] ?? "")?.[1] ?? rest[place + 1]);
  return ["--message", given === undefined ? record : `${given} (${record})`];
}
