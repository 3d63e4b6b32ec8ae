import { decideUp, readAgreement } from "../agreement.ts";
import { cacheClusters } from "../clusters.ts";
import type { Option } from "../command.ts";
import { command } from "../command.ts";
import { allowOption } from "../consent.ts";
import { passThroughWithEvents } from "../eventLog.ts";
import { excludeRegions, readExcludedRegions } from "../excludedRegions.ts";
import { conclude, refuseOtherPolicies, sarifOption } from "../judgement.ts";
import { recordJudgement } from "../judgementRecord.ts";
import { removeDeadLocks } from "../locks.ts";
import { OperatorError } from "../operatorError.ts";
import { excludeRegion, noClusters, sim, stackParameter } from "../options.ts";
import { policyRun } from "../policyFindings.ts";
import { describePolicies } from "../policyVerdict.ts";
import { findProject } from "../project.ts";
import { passThrough } from "../pulumi.ts";
import { describeRecovery, type Recovery, recover, settlePendingCreates } from "../recovery.ts";
import { ownEvents, reportRun } from "../runReport.ts";
import { openSession, type Session, sessionLocks } from "../session.ts";
import { readNoClusters } from "../simulator.ts";
import { readStackConfig } from "../stackConfig.ts";
import { stateResources } from "../state.ts";

type Operation = "up" | "preview" | "refresh" | "destroy";

/** Flags of Pulumi that novactl always gives. */
const FLAGS: Record<Operation, string[]> = {
  // Without a refresh Pulumi compares with what it made, not with what is there: a change from outside would stay.
  up: ["--refresh"],
  // Shows what `up` would do.
  preview: ["--refresh"],
  refresh: [],
  destroy: [],
};

const SUMMARIES: Record<Operation, string> = {
  up: "bring a stack to what the program says, and repair what was changed outside",
  preview: "show what `up` would do",
  refresh: "take over into the state what the clouds hold",
  destroy: "delete everything that the stack holds",
};

const options = {
  sim,
  "no-clusters": noClusters,
  "exclude-region": excludeRegion,
  json: { type: "boolean", description: "one JSON object on standard output; Pulumi's own words go to standard error" },
  verbose: { type: "boolean", description: "show the pulumi commands that are run" },
} satisfies Record<string, Option>;

/** For what runs the program, and so the rules. */
const judged = { sarif: sarifOption } satisfies Record<string, Option>;

const changing = {
  yes: { type: "boolean", short: "y", description: "do not ask for confirmation" },
  adopt: {
    type: "string",
    multiple: true,
    value: "URN=ID",
    description: "after an interrupted run: the resource of a pending create exists under this id",
  },
  "clear-pending": {
    type: "boolean",
    description: "after an interrupted run: the resources of all other pending creates do not exist",
  },
} satisfies Record<string, Option>;

const agreeing = {
  allow: allowOption,
  reviewed: {
    type: "string",
    value: "FILE",
    description: "do nothing else than what `novactl diff --save FILE` has shown; what it allowed is allowed",
  },
} satisfies Record<string, Option>;

/** What an operation takes. What it does not take stays unset, as if it had not been given. */
const optionsOf = (operation: Operation) =>
  ({
    ...options,
    ...(operation === "preview" ? {} : changing),
    ...(operation === "up" ? agreeing : {}),
    ...(operation === "up" || operation === "preview" ? judged : {}),
  }) as typeof options & typeof changing & typeof agreeing & typeof judged;

interface Wishes {
  sim?: boolean;
  "no-clusters"?: boolean;
  "exclude-region"?: string[];
  json?: boolean;
  sarif?: string;
  verbose?: boolean;
  yes?: boolean;
  adopt?: string[];
  "clear-pending"?: boolean;
  allow?: string[];
  reviewed?: string;
}

const details = (operation: Operation): string =>
  [
    "Exit code: Pulumi's own. The first Ctrl-C lets Pulumi finish what is under way and save; the second kills it.",
    ...(operation === "up" || operation === "preview"
      ? [
          "The project's policy pack always runs; what it finds is listed at the end, and a run that it did not judge has failed.",
        ]
      : []),
    ...(operation === "up"
      ? [
          "What it would do is reviewed first, as `novactl diff` shows it. Without --allow for each class of dangers in it nothing is",
          "touched, and the exit code is 3. --reviewed brings the classes that its review allowed. What was allowed is in the stack's",
          "history: `pulumi stack history`.",
        ]
      : []),
    ...(operation === "preview"
      ? []
      : [
          "What an interrupted run left behind is dealt with first: with --sim by itself; on the real clouds it is listed, and",
          "--adopt and --clear-pending say what becomes of it.",
        ]),
  ].join("\n");

const lifecycle = (operation: Operation) =>
  command({
    name: operation,
    summary: SUMMARIES[operation],
    positionals: [stackParameter],
    options: optionsOf(operation),
    rest: "arguments of `pulumi`",
    details: details(operation),
    examples: [`novactl ${operation} staging --sim`, `novactl ${operation} prod --exclude-region azr-weu -- --diff`],
    run: ({ positionals: [stack = ""], values, rest }) => runLifecycle(operation, stack, values, rest),
  });

export const up = lifecycle("up");
export const preview = lifecycle("preview");
export const refresh = lifecycle("refresh");
export const destroy = lifecycle("destroy");

async function runLifecycle(operation: Operation, stack: string, wishes: Wishes, rest: string[]): Promise<number> {
  const adopt = readAdoptions(wishes.adopt ?? []);
  if (wishes.sim === true && (adopt.size > 0 || wishes["clear-pending"] === true))
    throw new OperatorError(
      "--adopt and --clear-pending are for the real clouds: with --sim novactl finds out by itself",
    );
  refuseOtherPolicies(rest);
  refuseBadConfig(operation, stack);
  readNoClusters(wishes);
  const regions = readExcludedRegions(findProject(), stack, wishes["exclude-region"]);
  const agreement = operation === "up" ? readAgreement(stack, wishes, regions) : undefined;
  const session = await openSession(stack, wishes.sim);
  let recovery: Recovery | undefined;
  if (operation !== "preview") {
    recovery =
      session.simulator === undefined
        ? await settlePendingCreates(session, adopt, wishes["clear-pending"] ?? false)
        : await recover(session, session.simulator);
    for (const line of describeRecovery(recovery)) console.error(line);
  }
  if (regions.length > 0) console.error(`leaving ${regions.join(" and ")} alone`);
  const resources = regions.length > 0 || agreement !== undefined ? await stateResources(session) : [];
  const exclusion = excludeRegions(regions, resources);
  const run = { ...session, environment: { ...session.environment, ...exclusion.variables } };
  // What was adopted has no outputs yet, and an interrupted change no outcome.
  const stale = (recovery?.adopted.length ?? 0) + (recovery?.unsettled.length ?? 0) > 0;
  const decision = agreement && (await decideUp(session, agreement, { exclusion, resources, rest }));
  if (decision?.goesOn === false) {
    await releaseLock(session, decision.code);
    if (wishes.json === true)
      console.log(
        JSON.stringify({ operation, stack, exitCode: decision.code, result: "refused", ...(recovery && { recovery }) }),
      );
    return decision.code;
  }
  const args = [
    operation,
    "--stack",
    stack,
    ...FLAGS[operation],
    ...(operation === "destroy" && stale ? ["--refresh"] : []),
    ...(decision === undefined && wishes.yes === true ? ["--yes"] : []),
    ...exclusion.flags,
    ...(decision?.arguments ?? rest),
  ];
  if (wishes.verbose === true) console.error(`${session.pulumi} ${args.join(" ")}`);
  const isJudged = session.policyPack !== undefined && (operation === "up" || operation === "preview");
  if (wishes.json !== true && !isJudged) {
    const code = await passThrough(run, args);
    await afterwards(operation, session, code);
    return code;
  }
  const { code, events } = await passThroughWithEvents(
    run,
    args,
    wishes.json === true ? "to standard error" : "as its own",
  );
  await afterwards(operation, session, code);
  if (wishes.json === true)
    console.log(
      JSON.stringify({ operation, stack, exitCode: code, ...reportRun(events), ...(recovery && { recovery }) }),
    );
  if (isJudged) {
    const judgement = policyRun(ownEvents(events));
    for (const line of describePolicies(judgement)) console.error(line);
    const pack = await conclude(session, judgement, { code, file: wishes.sarif });
    if (operation === "up" && pack !== undefined) await recordJudgement(session, pack);
  }
  return code;
}

/** What every run leaves behind in good order: no lock of its own, and after an `up` all that a rollback would wait for. */
async function afterwards(operation: Operation, session: Session, code: number): Promise<void> {
  await releaseLock(session, code);
  if (operation !== "up" || code >= KILLED) return;
  // Also after a failed one: what it has made can be operated. A stack that cannot be read tells why by itself.
  await cacheClusters(session).catch((error: Error) => {
    console.error(`the ways to the clusters were not kept: ${error.message}`);
  });
  // What Node has loaded once it keeps compiled: else the first rollback would spend 0.3 s of processor time on that (measured).
  await Promise.all([import("../delivery/runRollback.ts"), import("../delivery/killSwitch.ts")]);
}

/** Exit codes from here on say by which signal a process was ended. */
const KILLED = 128;

/** A Pulumi that was killed leaves its lock; it is dead now, so nobody needs it. */
async function releaseLock(session: Session, code: number): Promise<void> {
  if (code < KILLED) return;
  const locks = await sessionLocks(session);
  try {
    if (locks !== undefined) removeDeadLocks(locks);
  } catch (error) {
    // Somebody else's by now: not this run's business.
    if (!(error instanceof OperatorError)) throw error;
  }
}

function readAdoptions(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      // URNs hold no "=" outside of a resource's name, ids of clouds do: the first one divides.
      const [, urn, id] = /^(urn:pulumi:[^=]+)=(.+)$/.exec(pair) ?? [];
      if (urn === undefined || id === undefined)
        throw new OperatorError(
          `--adopt '${pair}': give the URN of the pending create, = and the resource's id in the cloud`,
        );
      return [urn, id];
    }),
  );
}

/** Refuses a config that the program would refuse, before anything is started. Only this project's config has the schema. */
function refuseBadConfig(operation: Operation, stack: string): void {
  const project = findProject();
  const runsProgram = operation === "up" || operation === "preview";
  if (runsProgram && project.name === "novacron") readStackConfig(project, stack);
}
